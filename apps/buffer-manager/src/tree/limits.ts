// What a tree takes. Trees trust their callers with it, since the store has checked it where the user's call came in.
export const MAX_KEY_BYTES = 1024
export const MAX_VALUE_BYTES = 2 ** 31 - 1
