package io.ringsight.core.frame;

/** Whether luma uses 16..235 (limited, broadcast) or 0..255 (full, JPEG) of eight bits. */
public enum ColorRange {
    LIMITED,
    FULL
}
