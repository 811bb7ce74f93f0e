package io.ringsight.sinks.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.queue.QueueLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesSinkTest {
    private static final Duration SOON = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    private final Camera camera = new Camera("line1", Clock.system());
    private MessageSink sink;

    @AfterEach
    void close() {
        sink.close(Duration.ZERO);
    }

    private void open(Path file, long maxBytes, int keep) {
        try {
            sink = JsonLinesSink.open(
                    new JsonLinesSpec(file.toString(), maxBytes, keep, QueueLimits.DEFAULT), Clock.system(), () -> {});
        } catch (FileInUseException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private long value(SinkCounter counter) {
        return sink.metrics().value(counter);
    }

    private static Findings verify(List<String> lines) {
        TopicVerifier verifier = new TopicVerifier();
        lines.forEach(line -> verifier.add(line.getBytes(StandardCharsets.UTF_8)));
        return verifier.findings();
    }

    @Test
    void writesEachMessageAtOnceWhenNoMoreWait() {
        Path file = folder.resolve("new/folder/out.jsonl");
        open(file, 1 << 20, 3);
        for (int i = 1; i <= 3; i++) {
            int lines = i;
            sink.offer(camera.next());
            Await.until("line " + i, () -> Files.exists(file) && read(file).size() == lines);
        }
        Await.until("acknowledged", () -> value(SinkCounter.ACKNOWLEDGED) == 3);
        assertThat(sink.metrics().state()).isEqualTo(SinkState.READY);
        assertThat(verify(read(file)).frames()).isEqualTo(3);
    }

    @Test
    void setsFullFilesAsideAndKeepsSome() throws IOException {
        Path file = folder.resolve("out.jsonl");
        open(file, 3_000, 2);
        for (int i = 0; i < 40; i++) {
            sink.offer(camera.next());
        }
        assertThat(sink.close(SOON)).isTrue();
        List<String> all = new ArrayList<>();
        for (String name : List.of("out.jsonl.2", "out.jsonl.1", "out.jsonl")) {
            assertThat(Files.size(folder.resolve(name))).isBetween(1L, 3_000L);
            all.addAll(read(folder.resolve(name)));
        }
        assertThat(folder.resolve("out.jsonl.3")).doesNotExist();
        Findings findings = verify(all);
        assertThat(findings.frames()).isEqualTo(all.size()).isGreaterThan(8);
        assertThat(findings.epochs().get(0).lastFrameSeq()).isEqualTo(40);
        assertThat(findings.disorder() + findings.duplicates()).isZero();
    }

    @Test
    void continuesAFileAndEndsAHalfLine() throws IOException {
        Path file = folder.resolve("out.jsonl");
        Files.writeString(file, "{\"old\":1}\n{\"half");
        open(file, 1 << 20, 1);
        sink.offer(camera.next());
        assertThat(sink.close(SOON)).isTrue();
        assertThat(read(file)).hasSize(3).startsWith("{\"old\":1}", "{\"half");
        assertThat(verify(read(file)).frames()).isEqualTo(1);
        assertThat(verify(read(file)).foreign()).isEqualTo(2);
    }

    @Test
    void beginsAnewWhenTheFileWasMovedAway() throws IOException {
        Path file = folder.resolve("out.jsonl");
        open(file, 1 << 20, 1);
        sink.offer(camera.next());
        Await.until("written", () -> value(SinkCounter.ACKNOWLEDGED) == 1);
        Files.move(file, folder.resolve("elsewhere"));
        sink.offer(camera.next());
        assertThat(sink.close(SOON)).isTrue();
        assertThat(read(file)).hasSize(1);
    }

    @Test
    void waitsUntilThePathCanBeWritten() throws IOException {
        Path blocked = folder.resolve("blocked");
        Files.writeString(blocked, "a file where a folder should be");
        open(blocked.resolve("out.jsonl"), 1 << 20, 1);
        sink.offer(camera.next());
        Await.until("state", () -> sink.metrics().state() == SinkState.NOT_WRITABLE);
        assertThat(sink.metrics().detail()).contains("blocked");
        Files.delete(blocked);
        Await.until("written", () -> value(SinkCounter.ACKNOWLEDGED) == 1);
        Await.until("state", () -> sink.metrics().state() == SinkState.READY);
    }

    @Test
    void tellsInTheFileWhatAFullDiskCost() {
        FullDisk disk = new FullDisk();
        sink = JsonLinesSink.open(
                new JsonLinesSpec("disk", 1 << 20, 1, new QueueLimits(10, 1 << 20)), disk, Clock.system());
        for (int i = 0; i < 5; i++) {
            sink.offer(camera.next());
        }
        Await.until("state", () -> sink.metrics().state() == SinkState.DISK_FULL);
        for (int i = 0; i < 20; i++) {
            sink.offer(camera.next());
        }
        assertThat(value(SinkCounter.DROPPED_QUEUE_FULL)).isEqualTo(15);
        disk.full = false;
        Await.until("written", () -> sink.metrics().queuedMessages() == 0);
        sink.offer(camera.next());
        assertThat(sink.close(SOON)).isTrue();
        Findings findings =
                verify(disk.text.toString(StandardCharsets.UTF_8).lines().toList());
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.frames()).isEqualTo(11);
        assertThat(findings.gapFrames()).isEqualTo(Map.of("not-published", 15L));
        assertThat(findings.duplicates() + findings.disorder()).isZero();
    }

    @Test
    void writesToAStream() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        sink = JsonLinesSink.open(new JsonLinesSpec("-"), new LineStream(stream, () -> {}), Clock.system());
        for (int i = 0; i < 300; i++) {
            sink.offer(camera.next(0, 20));
        }
        assertThat(sink.close(SOON)).isTrue();
        Findings findings =
                verify(stream.toString(StandardCharsets.UTF_8).lines().toList());
        assertThat(findings.frames()).isEqualTo(300);
        assertThat(findings.foreign()).isZero();
    }

    @Test
    void saysWhatIsWrongWithASpec() {
        sink = JsonLinesSink.open(new JsonLinesSpec("-"), new FullDisk(), Clock.system());
        assertThat(new JsonLinesSpec("", 0, -1, QueueLimits.DEFAULT).problems())
                .containsOnlyKeys("path", "maxBytes", "keep");
        assertThat(new JsonLinesSpec("-").problems()).isEmpty();
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Refuses all until there is room. */
    private static final class FullDisk implements LineOutput {
        private final ByteArrayOutputStream text = new ByteArrayOutputStream();
        private volatile boolean full = true;

        @Override
        public void write(ByteBuffer lines) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            text.write(lines.array(), lines.arrayOffset() + lines.position(), lines.remaining());
            lines.position(lines.limit());
        }

        @Override
        public boolean isFullFor(int bytes) {
            return false;
        }

        @Override
        public void close() {}
    }
}
