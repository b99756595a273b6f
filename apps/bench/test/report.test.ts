// The report as a table and as a page, and what the schema lets through.
import { describe, expect, test } from 'vitest'
import { figuresOf } from '../src/figures.ts'
import { groupsOf } from '../src/report/groups.ts'
import { htmlOf } from '../src/report/html.ts'
import { recoveriesOf } from '../src/report/recoveries.ts'
import { jsonSchema, reportSchema } from '../src/report/schema.ts'
import { tableOf } from '../src/report/table.ts'
import { cacheInput, cacheRun, explorationWith, reportWith, resultWith } from './results.ts'

const results = [
  resultWith({ ns: 40 }),
  resultWith({ ns: 50, workers: 2 }),
  resultWith({ ns: 60, implementation: 'buddy' }),
  resultWith({ ns: 900, implementation: 'buddy', workers: 2 }),
]

const recoveries = [
  resultWith({ ns: 1_500_000, case: 'recovery-free', frames: 2 ** 28, driver: 'js' }),
  resultWith({ ns: 2_000_000, case: 'recovery-huge', frames: 2 ** 28, driver: 'js' }),
  resultWith({ ns: 6_000_000, case: 'recovery-free', frames: 2 ** 28, backend: 'sab' }),
]

describe('the arrangement', () => {
  test('numbers of workers stand side by side, with what more of them bring', () => {
    const [group] = groupsOf(results)
    expect(group).toMatchObject({ case: 'repeat', order: 0, workers: [1, 2] })
    expect(group.rows.map(({ implementation }) => implementation)).toEqual(['llfree', 'buddy'])
    expect(group.rows[0].scaling).toBeCloseTo(1.6)
  })

  test('where one number of workers was not measured, nothing is compared', () => {
    const [group] = groupsOf([...results, resultWith({ ns: 8, implementation: 'peer' })])
    expect(group.rows[2]).toMatchObject({ implementation: 'peer', scaling: undefined })
    expect(group.rows[2].byWorkers[1]).toBeUndefined()
  })

  test('recoveries stand apart from operations, their states side by side', () => {
    expect(groupsOf([...results, ...recoveries])).toEqual(groupsOf(results))
    expect(recoveriesOf(results)).toEqual([])
    const [recovery, ...others] = recoveriesOf([...results, ...recoveries])
    expect(others).toEqual([])
    expect(recovery).toMatchObject({ title: 'recovery of 1 TiB', states: ['all free', 'all huge'] })
    expect(recovery.rows).toEqual([
      { implementation: 'llfree', backend: 'native', byState: [recoveries[0], recoveries[1]] },
      { implementation: 'llfree', backend: 'sab', byState: [recoveries[2], undefined] },
    ])
  })
})

describe('the table', () => {
  const report = reportWith({
    results,
    figures: figuresOf(results, 2),
    fileCache: { input: cacheInput, runs: [cacheRun(), cacheRun({ implementation: 'buddy', checksumMismatches: 3 })] },
    failures: [{ cell: 'a cell', message: 'what went wrong' }],
  })
  const lines = tableOf(report).split('\n')

  test('shows medians, units and scaling in aligned columns', () => {
    const [llfree, buddy] = lines.filter((line) => line.includes('native, inside'))
    expect(llfree).toMatch(/llfree +native, inside +40\.0 +36\.0 – 48\.0 +8\.00 +25\.0 +50\.0 .* × 1\.60$/)
    expect(buddy).toMatch(/900 .* × 0\.13$/)
    expect(llfree).toHaveLength(buddy.length)
  })

  test('shows recoveries in milliseconds, and leaves a gap where one was not measured', () => {
    const text = tableOf(reportWith({ results: recoveries })).split('\n')
    const at = text.indexOf('recovery of 1 TiB')
    expect(text[at + 1]).toMatch(/^ +all free: ms +p25 – p75 +all huge: ms +p25 – p75$/)
    expect(text[at + 2]).toMatch(/^ +llfree +native +1\.50 +1\.35 – 1\.80 +2\.00 +1\.80 – 2\.40$/)
    expect(text[at + 3]).toMatch(/^ +llfree +TypeScript +6\.00 +5\.40 – 7\.20$/)
  })

  test('shows how fast the schedule explorer is', () => {
    const text = tableOf(reportWith({ exploration: explorationWith(25_000) })).split('\n')
    const at = text.indexOf('schedule explorer')
    expect(text[at + 1]).toMatch(/^ +schedules a minute +p25 – p75 +steps each +schedules$/)
    expect(text[at + 2]).toMatch(/^ +a pair of order-0 gets +2 workers +25,000 +22,500 – 30,000 +46\.0 +2,100$/)
  })

  test('marks which figures are reached and which are not', () => {
    expect(lines.find((line) => line.includes('order-0 get+put pair, native'))).toMatch(/✓ reached .* 8\.00 +≤ 8\.00$/)
    expect(lines.find((line) => line.includes('two workers against one'))).toMatch(/✗ not reached .* 1\.60 +≥ 1\.80$/)
    expect(lines.find((line) => line.startsWith('figures: '))).toBe('figures: 2 of 3 reached')
  })

  test('shows wrong checksums and failures', () => {
    expect(lines.find((line) => line.includes('3 WRONG'))).toContain('buddy')
    expect(lines).toContain('FAILED  a cell: what went wrong')
  })
})

describe('the page', () => {
  test('carries everything that it needs and asks no network', () => {
    const html = htmlOf(reportWith({ results, figures: figuresOf(results, 2) }), 'draw()')
    expect(html).toContain('<script>draw()</script>')
    expect(html.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="data:,"'])
    expect(html).toContain('id="chart-repeat-0"')
    expect(html).toContain('prefers-color-scheme: dark')
  })

  test('has a table and a chart for recoveries', () => {
    const html = htmlOf(reportWith({ results: recoveries }), '')
    expect(html).toContain('<h2>Recovery of 1 TiB</h2>')
    expect(html.match(/<canvas id="[^"]*"/g)).toEqual(['<canvas id="chart-recovery-268435456"'])
    expect(html).toContain('<td>1.35 – 1.80</td>')
  })

  test('has a table for the schedule explorer', () => {
    expect(htmlOf(reportWith({ exploration: explorationWith(25_000) }), '')).toContain('<td>25,000</td>')
    expect(htmlOf(reportWith(), '')).not.toContain('id="exploration"')
  })

  test('texts of the report cannot become markup', () => {
    const evil = '</script><img src=x onerror=alert(1)>'
    const report = reportWith({
      notes: [evil],
      fileCache: { input: { ...cacheInput, dir: evil }, runs: [cacheRun()] },
    })
    const html = htmlOf(report, '')
    expect(html).not.toContain('<img')
    expect(html.match(/<\/script>/g)).toHaveLength(2)
  })
})

describe('the schema', () => {
  test('lets a whole report through and refuses one with a field too many, too few or out of range', () => {
    const report = reportWith({ results })
    expect(reportSchema.safeParse(report).success).toBe(true)
    expect(reportSchema.safeParse({ ...report, more: 1 }).success).toBe(false)
    expect(reportSchema.safeParse({ ...report, machine: undefined }).success).toBe(false)
    expect(reportSchema.safeParse({ ...report, results: [{ ...results[0], opsPerSecond: NaN }] }).success).toBe(false)
    expect(reportSchema.safeParse({ ...report, schemaVersion: 2 }).success).toBe(false)
  })

  test('can be had as JSON Schema', () => {
    expect(jsonSchema()).toMatchObject({
      type: 'object',
      properties: { schemaVersion: { const: 1 }, results: { type: 'array' } },
    })
  })
})
