package io.ringsight.sinks.spool;

import io.ringsight.client.GapMessage;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
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
import java.util.Set;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must outlive the spool's files: how far each source's messages went, in which run. A small text file, replaced
 * whole and with a checksum, so that it is the old one or the new one whenever the power goes. One thread.
 */
final class SpoolState {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolState.class);
    static final String NAME = "spool.state";
    /** What 0.1.0 called it. */
    static final String LEGACY_NAME = "state";

    private static final String TITLE = "ringsight-spool ";
    private static final int LEGACY_VERSION = 1;
    /** So many ends of earlier runs are remembered; a daemon that is begun more often while no broker answers forgets. */
    private static final int MAX_ENDS = 1_000;

    private static final String END = "end";
    private static final Set<String> LAST_REASONS =
            Set.of(GapReason.ENDED.wireName(), GapReason.STOPPED.wireName(), GapReason.UNKNOWN.wireName());

    private final Path dir;
    private final Map<SourceId, Position> positions = new LinkedHashMap<>();
    /** Last messages of runs before those of {@link #positions}: to be told should their files be gone before an answer. */
    private final List<Position> ends = new ArrayList<>();

    private long next;
    /** Whether a run began of which the file does not know. */
    private boolean isStale;

    /**
     * How far a source's messages went.
     *
     * @param sourceId the source
     * @param streamEpoch the run
     * @param frameSeq the last frame they covered
     * @param utcNs when the last of them was made
     * @param isOver whether it was the last of the run
     * @param offset where that message was: what has a higher one is later, whatever any clock says
     */
    record Position(SourceId sourceId, String streamEpoch, long frameSeq, long utcNs, boolean isOver, long offset) {
        Position over() {
            return new Position(sourceId, streamEpoch, frameSeq, utcNs, true, offset);
        }

        Position movedTo(long nextOffset) {
            return new Position(sourceId, streamEpoch, frameSeq, utcNs, isOver, nextOffset);
        }

        private String line(String word) {
            return "\n" + word + ' ' + sourceId + ' ' + streamEpoch + ' ' + frameSeq + ' ' + utcNs
                    + (isOver ? " over " : " open ") + offset;
        }
    }

    private SpoolState(Path dir) {
        this.dir = dir;
    }

    /**
     * As the file says; empty if there is none or it is damaged.
     *
     * @throws SpoolException if a newer Ringsight wrote it
     */
    static SpoolState read(Path dir) {
        return read(dir, NAME);
    }

    static SpoolState read(Path dir, String name) {
        SpoolState state = new SpoolState(dir);
        Path file = dir.resolve(name);
        try {
            state.parse(file, Files.readString(file));
        } catch (NoSuchFileException expected) {
            // A new spool.
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            LOG.warn("{} is damaged; its record of earlier runs is lost: {}", file, e.getMessage());
            state.positions.clear();
            state.ends.clear();
            state.next = 0;
        }
        return state;
    }

    private void parse(Path file, String text) {
        int end = text.lastIndexOf("crc ");
        String body = text.substring(0, end);
        if (!body.startsWith(TITLE) || !text.substring(end).strip().equals("crc " + checksum(body))) {
            throw new IllegalArgumentException("its checksum is wrong");
        }
        int version = Integer.parseInt(body.substring(TITLE.length(), body.indexOf('\n')));
        if (version > SpoolFormat.VERSION) {
            throw SpoolException.newer(file, version);
        }
        for (String line : body.lines().skip(1).toList()) {
            String[] words = line.split(" ");
            if (words[0].equals("next")) {
                next = Long.parseLong(words[1]);
            } else {
                Position position = position(new SourceId(words[1]), words, version);
                if (words[0].equals(END)) {
                    ends.add(position);
                } else {
                    positions.put(position.sourceId, position);
                }
            }
        }
    }

    private static Position position(SourceId source, String[] words, int version) {
        return new Position(
                source,
                words[2],
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                words[5].equals("over"),
                version == LEGACY_VERSION ? -1 : Long.parseLong(words[6]));
    }

    /** Takes over what another state knows of runs that this one does not. */
    void adopt(SpoolState other) {
        other.positions.forEach(
                (source, theirs) -> positions.merge(source, theirs, (mine, its) -> mine.isOver ? its : mine));
    }

    /** Entries before this offset need not be in any file. */
    long next() {
        return next;
    }

    /** A message was appended, or found. The file may know more than what a loss of power left of the messages. */
    void passed(SpoolEntry entry) {
        EncodedMessage message = entry.message();
        Position before = positions.get(message.sourceId());
        if (before != null && (entry.offset() <= before.offset || isBehind(message, before))) {
            return;
        }
        boolean isNewRun =
                before == null || !before.streamEpoch.equals(message.key().streamEpoch());
        if (!isNewRun && !message.type().coversFrames()) {
            // the run is where it was, and over if it was
            positions.put(message.sourceId(), before.movedTo(entry.offset()));
            return;
        }
        isStale |= isNewRun;
        if (isNewRun && before != null && before.isOver) {
            ends.add(before);
            if (ends.size() > MAX_ENDS) {
                ends.remove(0);
            }
        }
        positions.put(
                message.sourceId(),
                new Position(
                        message.sourceId(),
                        message.key().streamEpoch(),
                        message.key().frameSeq(),
                        message.utcNs(),
                        isLast(message),
                        entry.offset()));
    }

    /** Of positions whose offset is not known. */
    private static boolean isBehind(EncodedMessage message, Position known) {
        return known.offset < 0
                && message.key().streamEpoch().equals(known.streamEpoch)
                && message.key().frameSeq() < known.frameSeq;
    }

    private static boolean isLast(EncodedMessage message) {
        return message.type() == MessageType.GAP
                && !Chains.tellsOfDamage(message.messageId())
                && tellsTheEnd(message.bytes());
    }

    private static boolean tellsTheEnd(byte[] json) {
        try {
            return MessageReader.read(json) instanceof GapMessage gap && LAST_REASONS.contains(gap.reason());
        } catch (MessageFormatException e) {
            // a later version's: whether it is a last word is not known, so it is not taken for one
            return false;
        }
    }

    /** Of each source the last message. */
    List<Position> positions() {
        return List.copyOf(positions.values());
    }

    /** Last messages of earlier runs that may not be answered yet, in order. */
    List<Position> ends() {
        return List.copyOf(ends);
    }

    /** Sources whose last message was not the last of its run. */
    List<Position> unfinished() {
        return positions.values().stream().filter(position -> !position.isOver).toList();
    }

    /** No entry had a higher offset. */
    long lastOffset() {
        return positions.values().stream().mapToLong(Position::offset).max().orElse(-1);
    }

    /** The run ends in order. */
    void finish() {
        positions.replaceAll((source, at) -> at.over());
    }

    /** Replaces the file once for each run, so that its end can be told even if all files with its messages are gone. */
    void keep() throws IOException {
        if (isStale) {
            write(next);
        }
    }

    /** Replaces the file. */
    void write(long nextOffset) throws IOException {
        StringBuilder text = new StringBuilder(TITLE)
                .append(SpoolFormat.VERSION)
                .append("\nnext ")
                .append(nextOffset);
        ends.removeIf(end -> end.offset < nextOffset);
        // those of the runs before first: for a reader that does not tell them apart the later ones count
        ends.forEach(end -> text.append(end.line(END)));
        positions.values().forEach(at -> text.append(at.line("source")));
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
        isStale = false;
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
