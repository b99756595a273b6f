export { default } from '@parperos/presets/eslint'
