package io.ringsight.core.infer;

import io.ringsight.core.frame.Picture;

/**
 * Memory of a device's choice into which camera threads copy their pictures, each its own: else one thread, which loads the
 * lanes, would copy those of all cameras. Any thread; allocates nothing once pictures of a size were seen.
 */
public interface Staging {
    /**
     * Copies what lanes read of the whole of {@code picture}.
     *
     * @return the copy, which the caller gives back when no lane uses it any more; null if there is none, because the
     *     picture lies in a device's memory, is of a kind that is not staged, or there is no room: loading copies it then
     */
    StagedPicture stage(Picture picture);
}
