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
    esbuildOptions(options) {
      // Puts constants where they are used, across files: V8 spends its inlining budget on code instead.
      options.minifySyntax = true
    },
  })

/** The bundle of a program that Node runs: its dependencies stay imports, nobody reads its types. */
export const application = (entry: Record<string, string>): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    format: ['esm'],
    target: 'node24',
    platform: 'node',
    external: [/^@parperos\//],
    splitting: true,
    sourcemap: true,
    // What the page's bundle writes at the same time is left alone.
    clean: ['!page/**'],
    silent: true,
    treeshake: true,
  })

/** A script that a page carries inside itself: one file, `dist/page/<name>.js`, with everything it needs. */
export const pageScript = (entry: Record<string, string>): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    outDir: 'dist/page',
    outExtension: () => ({ js: '.js' }),
    format: ['iife'],
    target: 'es2022',
    platform: 'browser',
    noExternal: [/./],
    minify: true,
    clean: true,
    silent: true,
    treeshake: true,
  })
