package io.ringsight.core.infer;

/** A copy of a picture where a device reads it. Of the one who had it made; only lanes of that backend know what it holds. */
public interface StagedPicture {
    /** Nobody needs it any more; once. Any thread. */
    void giveBack();
}
