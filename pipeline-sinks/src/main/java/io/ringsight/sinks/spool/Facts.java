package io.ringsight.sinks.spool;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageKey;
import io.ringsight.sinks.MessageType;
import java.nio.charset.StandardCharsets;

/**
 * What an {@link EncodedMessage} has besides its text, as one line of words: {@code source type epoch number frameSeq
 * prevFrameSeq utcNs appendedNs [reason=frames]...}.
 */
record Facts(MessageKey key, MessageType type, long utcNs, long appendedNs, FrameLosses losses) {
    private static final int WORDS = 8;
    private static final GapReason[] REASONS = GapReason.values();

    static byte[] line(SpoolEntry entry) {
        EncodedMessage message = entry.message();
        MessageKey key = message.key();
        StringBuilder text = new StringBuilder(160)
                .append(key.sourceId())
                .append(' ')
                .append(message.type().wireName())
                .append(' ')
                .append(key.streamEpoch())
                .append(' ')
                .append(
                        key.messageId(),
                        key.messageId().lastIndexOf('/') + 1,
                        key.messageId().length());
        text.append(' ').append(key.frameSeq()).append(' ').append(key.prevFrameSeq());
        text.append(' ').append(message.utcNs()).append(' ').append(entry.appendedNs());
        for (int i = 0; message.losses() != null && i < REASONS.length; i++) {
            int frames = message.losses().count(REASONS[i]);
            if (frames > 0) {
                text.append(' ').append(REASONS[i].wireName()).append('=').append(frames);
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException or IndexOutOfBoundsException if it is none
     */
    static Facts parse(byte[] line) {
        String[] words = new String(line, StandardCharsets.UTF_8).split(" ");
        return new Facts(
                key(words[0], words[2], words[3], words[4], words[5]),
                MessageType.of(words[1]),
                Long.parseLong(words[6]),
                Long.parseLong(words[7]),
                words.length > WORDS ? losses(words, WORDS) : null);
    }

    static MessageKey key(String source, String epoch, String number, String frameSeq, String prevFrameSeq) {
        return new MessageKey(
                new SourceId(source),
                epoch,
                source + '/' + epoch + '/' + number,
                Long.parseLong(frameSeq),
                Long.parseLong(prevFrameSeq));
    }

    /** The losses told from word {@code first} on. */
    static FrameLosses losses(String[] words, int first) {
        FrameLosses losses = new FrameLosses();
        for (int i = first; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            String name = words[i].substring(0, equals);
            for (GapReason reason : REASONS) {
                if (reason.wireName().equals(name)) {
                    losses.add(reason, Integer.parseInt(words[i].substring(equals + 1)));
                }
            }
        }
        return losses;
    }

    EncodedMessage message(byte[] text) {
        return new EncodedMessage(key, type, utcNs, losses, text);
    }
}
