// The one bundler set-up: every package says only which entries it has. A change of bundler is a change here.
import { defineConfig } from 'tsup'

/**
 * The bundle of a library; `entry` maps each subpath export's name to its source file, `inlined` names imports that
 * would stay imports otherwise.
 */
export const library = (entry: Record<string, string>, inlined: string[] = []): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    format: ['esm'],
    target: 'es2024',
    platform: 'neutral',
    // `#atomics` stays an import, so that the schedule explorer can stand in for it.
    external: [/^node:/, /^@parperos\//, /^#/],
    noExternal: inlined,
    dts: true,
    splitting: true,
    sourcemap: true,
    clean: true,
    silent: true,
    treeshake: true,
  })
