package io.ringsight.sinks;

import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.SourceId;

/** Keeps pictures of frames that matter, beside their messages. Never waits. */
public interface PictureKeeper {
    /** Keeps none. */
    PictureKeeper NONE = new PictureKeeper() {
        @Override
        public Taken take(FrameResult frame) {
            return null;
        }

        @Override
        public String uri(SourceId source, long frameSeq) {
            return null;
        }
    };

    /** A picture that is held until its message is there. */
    interface Taken {
        /** Where it will be. */
        String uri();

        /** Where the clip will be that shows it; null if there will be none. */
        default String clipUri() {
            return null;
        }

        /** Hands it over with its message; null if there will be none, then it is given back. Called once. */
        void keep(EncodedMessage message);
    }

    /** Takes the frame's picture if it matters and there is room, else null. By the source's Publish thread, in frame order. */
    Taken take(FrameResult frame);

    /** Where the picture of one of the source's last frames is kept; null if it is not. Any thread. */
    String uri(SourceId source, long frameSeq);
}
