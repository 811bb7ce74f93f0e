package io.ringsight.core.frame;

/** How luma and chroma make red, green and blue (ITU-R BT.601, BT.709, BT.2020 non-constant luminance). */
public enum ColorMatrix {
    BT601,
    BT709,
    BT2020
}
