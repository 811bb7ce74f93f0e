package io.ringsight.sinks.kafka.spool;

import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.Message;
import io.ringsight.sinks.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must outlive the spool's files: how far each source's messages went, in which run. A small text file, replaced
 * whole and with a checksum, so that it is the old one or the new one whenever the power goes. One thread.
 */
final class SpoolState {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolState.class);
    private static final String NAME = "state";
    private static final String FIRST_LINE = "ringsight-spool 1";
    private static final List<String> LAST_REASONS =
            List.of("\"reason\":\"ended\"", "\"reason\":\"stopped\"", "\"reason\":\"unknown\"");

    private final Path dir;
    private final Map<SourceId, Position> positions = new LinkedHashMap<>();
    private long next;

    /**
     * How far a source's messages went.
     *
     * @param sourceId the source
     * @param streamEpoch the run
     * @param frameSeq the last frame they covered
     * @param utcNs when the last of them was made
     * @param isOver whether it was the last of the run
     */
    record Position(SourceId sourceId, String streamEpoch, long frameSeq, long utcNs, boolean isOver) {}

    private SpoolState(Path dir) {
        this.dir = dir;
    }

    /** As the file says; empty if there is none or it is damaged. */
    static SpoolState read(Path dir) {
        SpoolState state = new SpoolState(dir);
        try {
            state.parse(Files.readString(dir.resolve(NAME)));
        } catch (NoSuchFileException expected) {
            // A new spool.
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            LOG.warn("{} is damaged, what it said of earlier runs is lost: {}", dir.resolve(NAME), e.getMessage());
            state.positions.clear();
            state.next = 0;
        }
        return state;
    }

    private void parse(String text) {
        int end = text.lastIndexOf("crc ");
        String body = text.substring(0, end);
        if (!body.startsWith(FIRST_LINE + "\n") || !text.substring(end).strip().equals("crc " + checksum(body))) {
            throw new IllegalArgumentException("its checksum is wrong");
        }
        for (String line : body.lines().skip(1).toList()) {
            String[] words = line.split(" ");
            if (words[0].equals("next")) {
                next = Long.parseLong(words[1]);
            } else {
                SourceId source = new SourceId(words[1]);
                positions.put(
                        source,
                        new Position(
                                source,
                                words[2],
                                Long.parseLong(words[3]),
                                Long.parseLong(words[4]),
                                words[5].equals("over")));
            }
        }
    }

    /** Entries before this offset need not be in any file. */
    long next() {
        return next;
    }

    /** A message was appended. */
    void passed(Message message) {
        Position before = positions.get(message.sourceId());
        if (before != null && isBefore(message, before)) {
            return;
        }
        boolean isOver = message.type() != MessageType.FRAME && tellsTheEnd(message.bytes());
        positions.put(
                message.sourceId(),
                new Position(
                        message.sourceId(),
                        message.key().streamEpoch(),
                        message.key().frameSeq(),
                        message.utcNs(),
                        isOver));
    }

    /** The file may know more than what a loss of power left of the messages. Runs are named in the order of time. */
    private static boolean isBefore(Message message, Position known) {
        int runs = message.key().streamEpoch().compareTo(known.streamEpoch);
        long frames = message.key().frameSeq() - known.frameSeq;
        return runs < 0 || runs == 0 && (frames < 0 || frames == 0 && message.utcNs() <= known.utcNs);
    }

    private static boolean tellsTheEnd(byte[] gap) {
        String text = new String(gap, StandardCharsets.UTF_8);
        return LAST_REASONS.stream().anyMatch(text::contains);
    }

    /** Sources whose last message was not the last of its run. */
    List<Position> unfinished() {
        return positions.values().stream().filter(position -> !position.isOver).toList();
    }

    /** The run ends in order. */
    void finish() {
        new ArrayList<>(positions.values())
                .forEach(at -> positions.put(
                        at.sourceId, new Position(at.sourceId, at.streamEpoch, at.frameSeq, at.utcNs, true)));
    }

    /** Replaces the file. */
    void write(long nextOffset) throws IOException {
        StringBuilder text = new StringBuilder(FIRST_LINE).append("\nnext ").append(nextOffset);
        positions
                .values()
                .forEach(at -> text.append("\nsource ")
                        .append(at.sourceId)
                        .append(' ')
                        .append(at.streamEpoch)
                        .append(' ')
                        .append(at.frameSeq)
                        .append(' ')
                        .append(at.utcNs)
                        .append(at.isOver ? " over" : " open"));
        text.append('\n');
        String whole = text + "crc " + checksum(text.toString()) + "\n";
        Path fresh = dir.resolve(NAME + ".tmp");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(whole.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, dir.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        next = nextOffset;
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
