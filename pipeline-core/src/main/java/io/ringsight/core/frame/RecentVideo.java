package io.ringsight.core.frame;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The last seconds of one source's video as its camera sent it, from which clips are cut without encoding anything again.
 *
 * <p><b>Threads.</b> Any.
 */
public interface RecentVideo {
    /**
     * How much of a source's video is kept.
     *
     * @param preRollMs of a clip before its moment
     * @param postRollMs of a clip after it
     * @param maxBytes of video that is kept for a source, and of a clip
     */
    record Limits(int preRollMs, int postRollMs, long maxBytes) {}

    /**
     * Begins a clip around a frame. Does not wait: what comes after the frame is added as it comes.
     *
     * @param ptsNs the frame's {@link Picture#ptsNs()}
     * @return empty if the frame's video is not at hand; the caller closes what it gets
     */
    Optional<Clip> begin(long ptsNs);

    /** There is no such video any more, or it cannot stand in a file: nothing that the disk could help. */
    final class GoneException extends IOException {
        private static final long serialVersionUID = 1L;

        public GoneException(String reason) {
            super(reason);
        }
    }

    /** A clip that was begun. Closing it frees its video; twice is allowed. */
    interface Clip extends AutoCloseable {
        /** Whether it shows the frame of this time. */
        boolean covers(long ptsNs);

        /** Whether nothing more is added to it. */
        boolean isComplete();

        /** Bytes of its video by now. */
        long bytes();

        /**
         * Writes it as an MP4 that can be played while it is read. Once it is complete.
         *
         * @throws GoneException if its video does not suffice for a file
         * @throws IOException if the file cannot be written; what is left of it then is the caller's
         */
        void write(Path file) throws IOException;

        @Override
        void close();
    }
}
