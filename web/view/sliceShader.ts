/*
 * How a slice is drawn, in place of NiiVue's own shader: the second image faded in or as squares of a checkerboard, and
 * labels as they are, with outlines within the plane. NiiVue sets the uniforms `volume`, `overlay`, `drawing`,
 * `colormap`, `overlays`, `opacity`, `drawOpacity` and `axCorSag`, and gives `texPos`, the place in the grid from 0 to 1.
 */

/** Width of outlines in pixels of the canvas. */
const OUTLINE_PIXELS = 1.5

export const SLICE_SHADER = `#version 300 es
precision highp int;
precision highp float;
uniform highp sampler3D volume;
uniform highp sampler3D overlay;
uniform highp sampler3D drawing;
uniform highp sampler2D colormap;
uniform float overlays;
uniform float opacity;
uniform float drawOpacity;
uniform int axCorSag;
uniform float secondShare;
uniform int secondOpaque;
uniform int checkered;
uniform vec3 extentMm;
uniform float squareMm;
uniform int outlined;
in vec3 texPos;
out vec4 color;

int labelAt(vec3 at) {
  return int(texture(drawing, at).r * 255.0 + 0.5);
}

vec4 labelColor(int label) {
  float rows = float(textureSize(colormap, 0).y);
  return texture(colormap, vec2((float(label) + 0.5) / 256.0, (rows - 0.5) / rows));
}

bool oddSquare() {
  ivec3 square = ivec3(floor(texPos * extentMm / squareMm));
  int sum = axCorSag == 0 ? square.x + square.y : axCorSag == 1 ? square.x + square.z : square.y + square.z;
  return (sum & 1) == 1;
}

void main() {
  vec3 right = dFdx(texPos) * ${OUTLINE_PIXELS.toFixed(1)};
  vec3 up = dFdy(texPos) * ${OUTLINE_PIXELS.toFixed(1)};
  vec3 seen = texture(volume, texPos).rgb;
  if (overlays > 0.0) {
    vec4 second = texture(overlay, texPos);
    float share = secondOpaque == 1 ? 1.0 : step(0.002, second.a);
    share *= checkered == 1 ? (oddSquare() ? 1.0 : 0.0) : secondShare;
    seen = mix(seen, second.rgb, share);
  }
  int label = labelAt(texPos);
  vec4 painted = labelColor(label);
  if (label > 0 && painted.a > 0.0) {
    float share = drawOpacity;
    if (outlined == 1 && (labelAt(texPos + right) != label || labelAt(texPos - right) != label
        || labelAt(texPos + up) != label || labelAt(texPos - up) != label))
      share = 1.0;
    seen = mix(seen, painted.rgb, share);
  }
  color = vec4(seen, opacity);
}
`

/** What the shader is told beyond what NiiVue tells it. */
export interface SliceUniforms {
  /** Share of the second image, 0 to 1. */
  secondShare: number
  /** Whether it covers the first everywhere; else only where its colour map has a colour. */
  secondOpaque: boolean
  checkered: boolean
  /** Size of the grid along R, A and S in mm. */
  extentMm: readonly [number, number, number]
  squareMm: number
  outlined: boolean
}
