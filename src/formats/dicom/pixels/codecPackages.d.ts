// The codec package comes without types.
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const factory: import('./emscripten.ts').ModuleFactory
  export default factory
}
declare module '@cornerstonejs/codec-openjpeg/decodewasm' {
  const code: Uint8Array
  export default code
}
