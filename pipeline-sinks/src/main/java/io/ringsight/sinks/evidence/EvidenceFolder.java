package io.ringsight.sinks.evidence;

import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.metrics.Counters;
import io.ringsight.sinks.spool.SpoolException;
import io.ringsight.sinks.spool.SpoolLock;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The folder: a folder for each picture, named by its message and there as a whole or not at all, since it is made and
 * removed beside the others under another name. Bounded by bytes, age and number, the oldest go first.
 *
 * <p><b>Threads.</b> One writes; any thread reads what is there.
 */
final class EvidenceFolder implements Closeable {
    static final String PICTURE = "picture.jpg";
    static final String CROP = "crop.jpg";
    static final String MESSAGE = "message.json";
    static final String ABOUT = "evidence.json";
    static final String CLIP = "clip.mp4";
    private static final List<String> NEEDED = List.of(PICTURE, CROP, MESSAGE, ABOUT);
    private static final List<String> FILES = List.of(PICTURE, CROP, MESSAGE, ABOUT, CLIP);
    /** No source is called so. */
    private static final String WORK = "work~";

    private static final String LOCK = "lock~";
    private static final long BLOCK = 4096;
    private static final short END_OF_JPEG = (short) 0xFFD9;
    /** What is known of each is in memory. */
    private static final int MAX_ITEMS = 50_000;

    private final EvidenceSpec spec;
    private final Path work;
    private final SpoolLock lock;
    private final Counters<EvidenceCounter> metrics;
    /** The oldest first. Guarded by itself; never while the disk is written or read. */
    private final LinkedHashMap<EvidenceKey, EvidenceItem> items = new LinkedHashMap<>();

    private long bytes;

    private EvidenceFolder(EvidenceSpec spec, SpoolLock lock, Counters<EvidenceCounter> metrics) {
        this.spec = spec;
        this.lock = lock;
        this.metrics = metrics;
        work = spec.dir().resolve(WORK);
    }

    /**
     * Opens it and looks through what is there: seconds for many thousands.
     *
     * @throws IOException if it cannot be, or is another process's
     */
    static EvidenceFolder open(EvidenceSpec spec, Counters<EvidenceCounter> metrics) throws IOException {
        Files.createDirectories(spec.dir());
        SpoolLock lock;
        try {
            lock = SpoolLock.take(spec.dir(), LOCK);
        } catch (SpoolException e) {
            throw new IOException(e.getMessage(), e);
        }
        EvidenceFolder folder = new EvidenceFolder(spec, lock, metrics);
        try {
            folder.scan();
            return folder;
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private void scan() throws IOException {
        empty(work);
        Files.createDirectories(work);
        List<EvidenceItem> found = new ArrayList<>();
        for (Path source : children(spec.dir())) {
            for (Path epoch : children(source)) {
                for (Path frame : children(epoch)) {
                    item(source, epoch, frame).ifPresent(found::add);
                }
            }
        }
        found.sort(Comparator.comparingLong(EvidenceItem::keptUtcNs)
                .thenComparingLong(item -> item.key().frameSeq()));
        synchronized (items) {
            found.forEach(item -> items.put(item.key(), item));
            bytes = found.stream().mapToLong(EvidenceItem::bytes).sum();
        }
    }

    private static List<Path> children(Path dir) throws IOException {
        if (!Files.isDirectory(dir)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(dir)) {
            return all.toList();
        } catch (UncheckedIOException e) {
            // a disk that fails in the middle of a listing
            throw e.getCause();
        }
    }

    /** One that is not whole goes; what is no picture's folder stays. */
    private Optional<EvidenceItem> item(Path source, Path epoch, Path frame) throws IOException {
        Optional<EvidenceKey> key = EvidenceKey.of(name(source), name(epoch), name(frame));
        if (key.isEmpty() || !Files.isDirectory(frame)) {
            return Optional.empty();
        }
        List<Path> files = children(frame);
        if (!files.stream().allMatch(file -> FILES.contains(name(file)))) {
            return Optional.empty();
        }
        try {
            EvidenceItem item = EvidenceItem.read(key.get(), Files.readAllBytes(frame.resolve(ABOUT)));
            if (files.stream().map(EvidenceFolder::name).toList().containsAll(NEEDED)
                    && isWhole(frame.resolve(PICTURE))
                    && isWhole(frame.resolve(CROP))) {
                dropBrokenClip(frame.resolve(CLIP));
                return Optional.of(item.sized(sizeOf(children(frame))));
            }
        } catch (IOException | RuntimeException expected) {
            // a power cut left it so, or it is somebody else's JSON
        }
        metrics.count(EvidenceCounter.DAMAGED);
        empty(frame);
        return Optional.empty();
    }

    private void dropBrokenClip(Path clip) throws IOException {
        if (Files.exists(clip) && !WholeMp4.is(clip)) {
            Files.delete(clip);
            metrics.count(EvidenceCounter.DAMAGED);
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    /** Whether a JPEG file has its end. */
    private static boolean isWhole(Path jpeg) throws IOException {
        ByteBuffer end = ByteBuffer.allocate(2);
        try (FileChannel file = FileChannel.open(jpeg)) {
            return file.size() > 2 && file.read(end, file.size() - 2) == 2 && end.getShort(0) == END_OF_JPEG;
        }
    }

    private static long sizeOf(List<Path> files) throws IOException {
        long size = BLOCK;
        for (Path file : files) {
            size += blocks(Files.size(file));
        }
        return size;
    }

    private static long blocks(long length) {
        return (length + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** Where the folder of a picture is or will be, as an address. */
    String uri(EvidenceKey key) {
        String uri = path(key).toAbsolutePath().toUri().toString();
        return uri.endsWith("/") ? uri : uri + '/';
    }

    /** Where the clip beside a picture is or will be, as an address. */
    String clipUri(EvidenceKey key) {
        return path(key).resolve(CLIP).toAbsolutePath().toUri().toString();
    }

    private Path path(EvidenceKey key) {
        return spec.dir().resolve(key.sourceId()).resolve(key.streamEpoch()).resolve(Long.toString(key.frameSeq()));
    }

    /**
     * Keeps a picture, after older ones have made room for it.
     *
     * @param files by name, without {@link #ABOUT}
     * @throws IOException if it is not kept; then nothing of it is there
     */
    void put(EvidenceItem item, Map<String, byte[]> files) throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>(files);
        all.put(ABOUT, item.json());
        long size = BLOCK
                + all.values().stream().mapToLong(file -> blocks(file.length)).sum();
        if (size > spec.maxBytes()) {
            throw new IOException("a picture of " + size + " bytes is larger than evidence.maxBytes");
        }
        trim(spec.maxBytes() - size, MAX_ITEMS - 1, Long.MIN_VALUE);
        Path made = work.resolve("made");
        empty(made);
        needSpace(size);
        try {
            Files.createDirectory(made);
            for (Map.Entry<String, byte[]> file : all.entrySet()) {
                Files.write(made.resolve(file.getKey()), file.getValue());
            }
            Path to = path(item.key());
            Files.createDirectories(to.getParent());
            Files.move(made, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            empty(made);
            throw e;
        }
        synchronized (items) {
            items.put(item.key(), item.sized(size));
            bytes += size;
        }
    }

    private void needSpace(long size) throws IOException {
        long free = Files.getFileStore(work).getUsableSpace();
        if (free < EvidenceSpec.MIN_FREE_BYTES + size) {
            throw new IOException("no space left for evidence: " + (free >> 20) + " MiB are free on the disk of "
                    + spec.dir() + ", and the last " + (EvidenceSpec.MIN_FREE_BYTES >> 20)
                    + " MiB are left to spools and journals; free some, or lower evidence.maxBytes");
        }
    }

    /**
     * Keeps a clip beside the picture of its first frame, after older pictures have made room for it.
     *
     * @return whether it is kept: not if that picture had to go
     * @throws IOException if it cannot be; then nothing of it is there
     */
    boolean putClip(EvidenceKey key, RecentVideo.Clip clip) throws IOException {
        long size = blocks(clip.bytes() + BLOCK);
        if (size > spec.maxBytes() / 2) {
            throw new RecentVideo.GoneException(
                    "its " + clip.bytes() + " bytes are more than half of evidence.maxBytes");
        }
        trim(spec.maxBytes() - size, MAX_ITEMS, Long.MIN_VALUE);
        if (find(key).isEmpty()) {
            return false;
        }
        Path made = work.resolve(CLIP);
        try {
            needSpace(size);
            clip.write(made);
            long written = blocks(Files.size(made));
            Files.move(made, path(key).resolve(CLIP), StandardCopyOption.ATOMIC_MOVE);
            synchronized (items) {
                items.computeIfPresent(key, (same, item) -> item.sized(item.bytes() + written));
                bytes += written;
            }
            return true;
        } catch (NoSuchFileException removed) {
            return false;
        } finally {
            Files.deleteIfExists(made);
        }
    }

    /** Removes what is too old. */
    void trim(long nowUtcNs) throws IOException {
        trim(spec.maxBytes(), MAX_ITEMS, nowUtcNs - TimeUnit.SECONDS.toNanos(spec.maxAgeSeconds()));
    }

    private void trim(long toBytes, int toItems, long fromUtcNs) throws IOException {
        for (EvidenceItem oldest = oldest(); oldest != null; oldest = oldest()) {
            if (bytes() <= toBytes && size() <= toItems && oldest.keptUtcNs() >= fromUtcNs) {
                return;
            }
            remove(oldest);
        }
    }

    private EvidenceItem oldest() {
        synchronized (items) {
            return items.isEmpty() ? null : items.values().iterator().next();
        }
    }

    private void remove(EvidenceItem item) throws IOException {
        Path gone = work.resolve("gone");
        Path from = path(item.key());
        empty(gone);
        try {
            Files.move(from, gone, StandardCopyOption.ATOMIC_MOVE);
            empty(gone);
            Files.delete(from.getParent());
            Files.delete(from.getParent().getParent());
        } catch (NoSuchFileException | DirectoryNotEmptyException expected) {
            // somebody removed it by hand, or there are others beside it
        }
        synchronized (items) {
            items.remove(item.key());
            bytes -= item.bytes();
        }
        metrics.count(EvidenceCounter.REMOVED);
    }

    /** Removes a folder of files, or of such folders, if it is there. */
    private static void empty(Path dir) throws IOException {
        for (Path child : children(dir)) {
            empty(child);
        }
        Files.deleteIfExists(dir);
    }

    /** Those that are wanted, the newest first. */
    List<EvidenceItem> list(EvidenceQuery query) {
        List<EvidenceItem> all;
        synchronized (items) {
            all = new ArrayList<>(items.values());
        }
        List<EvidenceItem> wanted = new ArrayList<>();
        boolean isAfter = query.before().isPresent();
        for (int i = all.size() - 1; i >= 0 && wanted.size() < query.limit(); i--) {
            EvidenceItem item = all.get(i);
            if (!isAfter && query.wants(item)) {
                wanted.add(item);
            }
            isAfter &= !item.key().equals(query.before().orElse(null));
        }
        return wanted;
    }

    /** One of them. */
    Optional<EvidenceItem> find(EvidenceKey key) {
        synchronized (items) {
            return Optional.ofNullable(items.get(key));
        }
    }

    /** Where the clip is that shows a picture's frame; empty if none does, or it has gone. */
    Optional<EvidenceKey> clipOf(EvidenceItem item) {
        return item.clip().filter(key -> file(key, CLIP).isPresent());
    }

    /** Where a file of one is; empty if it is not there. */
    Optional<Path> file(EvidenceKey key, String file) {
        return find(key)
                .filter(there -> FILES.contains(file))
                .map(there -> path(key).resolve(file))
                .filter(Files::isRegularFile);
    }

    long bytes() {
        synchronized (items) {
            return bytes;
        }
    }

    int size() {
        synchronized (items) {
            return items.size();
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
