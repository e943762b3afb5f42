// Draws animated GIFs of any size: two frames, a bar that jumps from one half to the other.

const COLOURS = [0x33, 0x27, 0x1b, 0xf2, 0xa6, 0x5a];
/** Pixels between two clear codes, so that every code keeps its first width of three bits. */
const RUN = 2;

export function gif(width, height) {
  const word = (number) => [number & 0xff, number >> 8];
  const frame = (isSecond) => {
    const pixels = Array.from({ length: width * height }, (_, index) =>
      index % width < width / 2 === isSecond ? 1 : 0,
    );
    const control = [0x21, 0xf9, 4, 0, ...word(40), 0, 0];
    const place = [0x2c, 0, 0, 0, 0, ...word(width), ...word(height), 0];
    return [...control, ...place, ...compressed(pixels)];
  };
  return Buffer.from([
    ...Buffer.from("GIF89a"),
    ...word(width),
    ...word(height),
    ...[0x80, 0, 0],
    ...COLOURS,
    ...[0x21, 0xff, 11, ...Buffer.from("NETSCAPE2.0"), 3, 1, 0, 0, 0],
    ...frame(false),
    ...frame(true),
    0x3b,
  ]);
}

function compressed(pixels) {
  const [clear, end] = [4, 5];
  const codes = pixels.flatMap((pixel, index) => (index % RUN === 0 ? [clear, pixel] : [pixel]));
  const bytes = [];
  let [bits, count] = [0, 0];
  for (const code of [...codes, end]) {
    bits |= code << count;
    count += 3;
    if (count >= 8) {
      bytes.push(bits & 0xff);
      bits >>= 8;
      count -= 8;
    }
  }
  if (count > 0) bytes.push(bits);
  const blocks = [2];
  for (let start = 0; start < bytes.length; start += 255) {
    const block = bytes.slice(start, start + 255);
    blocks.push(block.length, ...block);
  }
  return [...blocks, 0];
}
