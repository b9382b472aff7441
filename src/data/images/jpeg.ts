import factory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { imageFault, readImageInfo, refuseManyScans } from './imageHeader';
import type { Decode } from './pixels';

/** libjpeg (MozJPEG), compiled to WebAssembly: what its loader makes of it. */
interface Decoder {
  /** Four samples a pixel; null where there is no image. Throws an object of its own where libjpeg gives up. */
  decode(bytes: Uint8Array, preserveOrientation: boolean): { readonly data: Uint8Array } | null;
}

/** The few parts of WebAssembly that are needed here: the language's own library has no types for it, only browsers' and Node's do. */
interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}
interface Memory {
  readonly buffer: ArrayBuffer;
}
interface WebAssemblyApi {
  readonly Memory: new (...size: never) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => Instance;
}
declare const WebAssembly: WebAssemblyApi;

interface Loading extends Partial<Decoder> {
  readonly noInitialRun: boolean;
  print(line: string): void;
  printErr(line: string): void;
  instantiateWasm(imports: object, done: (instance: Instance) => void): Instance['exports'];
}

function isMemory(value: unknown): value is Memory {
  return value instanceof WebAssembly.Memory;
}

/** An instance does not give memory back: beyond this it is let go after an image. */
const KEPT_BYTES = 64 * 2 ** 20;

/**
 * A decoder of JPEG whose pixels are, bit by bit, those of libjpeg, and so of the libraries that networks are trained with (a decoder in plain JavaScript was
 * off by up to 65 of 255 where colours are subsampled). It sees bytes in a memory of its own and nothing else; after an error it is thrown away and made
 * anew. Orientation in the file's EXIF data is of no account. `program` is asked for once, when the first JPEG comes.
 */
export function jpegDecoder(program: () => Uint8Array<ArrayBuffer>): Decode {
  let module: object | undefined;
  let decoder: { readonly decode: Decoder['decode']; readonly memory: Memory | undefined } | undefined;
  let said = '';

  const load = () => {
    module ??= new WebAssembly.Module(program());
    let memory: Memory | undefined;
    const loading: Loading = {
      noInitialRun: true,
      print: () => {},
      printErr: line => (said ||= line),
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(module!, imports);
        memory = Object.values(instance.exports).find(isMemory);
        done(instance);
        return instance.exports;
      },
    };
    // With a module at hand it is ready when this returns; the promise is for loaders that fetch.
    void (factory as unknown as (loading: Loading) => Promise<unknown>)(loading);
    if (loading.decode === undefined) throw new Error('the JPEG decoder did not load');
    return { decode: loading.decode.bind(loading), memory };
  };

  return (bytes, name) => {
    const fault = imageFault(name);
    const info = readImageInfo(bytes, bytes.length, name);
    if (info === undefined) throw fault('it has no frame');
    refuseManyScans(bytes, info, name);
    decoder ??= load();
    said = '';
    let decoded: ReturnType<Decoder['decode']>;
    try {
      decoded = decoder.decode(bytes, false);
    } catch {
      decoder = undefined;
      throw fault(said === '' ? 'it cannot be decoded' : `it cannot be decoded (${said})`);
    }
    const { width, height } = info;
    if (decoded === null || decoded.data.length !== 4 * width * height) throw fault('it cannot be decoded');
    // What is missing would be grey.
    if (/premature end/i.test(said)) throw fault('it ends early');
    const values = new Uint8Array(decoded.data.buffer, decoded.data.byteOffset, decoded.data.length);
    if ((decoder.memory?.buffer.byteLength ?? 0) > KEPT_BYTES) decoder = undefined;
    return { width, height, samples: 4, white: 255, values };
  };
}
