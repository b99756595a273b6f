// Packages written to a temporary folder, the cbuild command run in them, and a small C core in the shape that cbuild
// expects: one header with the algorithm, one root for each output.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

export const cliFile = join(import.meta.dirname, '..', 'src', 'cli.ts')

export type Files = Record<string, string>

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A fresh package `demo` with these files, gone when the test file has run. `cbuild` is the manifest's entry. */
export function makePackage(files: Files, cbuild: unknown = { name: 'demo' }): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cbuild-')))
  made.push(folder)
  writeFiles(folder, { 'package.json': JSON.stringify({ name: 'demo', type: 'module', cbuild }), ...files })
  return folder
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** Runs the command in a folder, outside CI unless `environment` says otherwise. */
export function cbuild(folder: string, args: string[], environment: NodeJS.ProcessEnv = {}) {
  const { CI: _ci, ...inherited } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [cliFile, ...args], {
    cwd: folder,
    env: { ...inherited, ...environment },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

/** The algorithm that both roots include: an atomic counter, pure arithmetic, and a function that needs a stack. */
export const coreHeader = `#pragma once
#include <stdint.h>

static inline uint32_t demo_add(uint32_t *word, uint32_t amount) {
  return __atomic_fetch_add(word, amount, __ATOMIC_SEQ_CST);
}

static inline uint32_t demo_mix(const uint32_t *words, uint32_t count) {
  uint32_t hash = 2166136261u;
  for (uint32_t i = 0; i < count; i++) hash = (hash ^ words[i]) * 16777619u;
  return hash;
}

static inline uint32_t demo_name(uint32_t status) {
  switch (status) {
    case 0: return 17;
    case 1: return 900;
    case 2: return 5;
    case 3: return 44;
    case 4: return 1;
    default: return 0;
  }
}

/* Fills a table on the stack and reads it back: 256 bytes of stack at least. */
static inline uint32_t demo_stack(uint32_t seed) {
  volatile uint32_t table[64];
  for (uint32_t i = 0; i < 64; i++) table[i] = seed + i;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < 64; i++) sum += table[i];
  return sum;
}
`

export const wasmRoot = `#include "core.h"
#define EXPORT(name) __attribute__((export_name(#name))) uint32_t name
#define WORDS(address) ((uint32_t *)(uintptr_t)(address))

EXPORT(add)(uint32_t address, uint32_t amount) { return demo_add(WORDS(address), amount); }
EXPORT(mix)(uint32_t address, uint32_t count) { return demo_mix(WORDS(address), count); }
EXPORT(name)(uint32_t status) { return demo_name(status); }
EXPORT(stack)(uint32_t seed) { return demo_stack(seed); }
`

/** The same four functions; the first two take a Uint32Array instead of an address. */
export const addonRoot = `#include <node_api.h>
#include "core.h"

static napi_value number(napi_env env, uint32_t value) {
  napi_value result = NULL;
  napi_create_uint32(env, value, &result);
  return result;
}

static uint32_t arguments(napi_env env, napi_callback_info info, uint32_t **words) {
  napi_value values[2];
  size_t count = 2;
  uint32_t last = 0;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
  if (words) napi_get_typedarray_info(env, values[0], NULL, NULL, (void **)words, NULL, NULL);
  napi_get_value_uint32(env, values[count - 1], &last);
  return last;
}

static napi_value add(napi_env env, napi_callback_info info) {
  uint32_t *words = NULL;
  uint32_t amount = arguments(env, info, &words);
  return number(env, demo_add(words, amount));
}

static napi_value mix(napi_env env, napi_callback_info info) {
  uint32_t *words = NULL;
  uint32_t count = arguments(env, info, &words);
  return number(env, demo_mix(words, count));
}

static napi_value name(napi_env env, napi_callback_info info) {
  return number(env, demo_name(arguments(env, info, NULL)));
}

static napi_value stack(napi_env env, napi_callback_info info) {
  return number(env, demo_stack(arguments(env, info, NULL)));
}

NAPI_MODULE_INIT() {
  const struct { const char *key; napi_callback call; } all[] = {
    {"add", add}, {"mix", mix}, {"name", name}, {"stack", stack},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    napi_value function = NULL;
    napi_create_function(env, all[i].key, NAPI_AUTO_LENGTH, all[i].call, NULL, &function);
    napi_set_named_property(env, exports, all[i].key, function);
  }
  return exports;
}
`

export const coreFiles: Files = {
  'csrc/core.h': coreHeader,
  'csrc/wasm.c': wasmRoot,
  'csrc/addon.c': addonRoot,
}

export const wasmFile = 'prebuilds/wasm32/demo.wasm'
export const addonFile = `prebuilds/${process.platform}-${process.arch}/demo.node`
