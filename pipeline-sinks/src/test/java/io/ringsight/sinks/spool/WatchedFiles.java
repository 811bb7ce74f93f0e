package io.ringsight.sinks.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileSystems;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import org.apache.lucene.tests.mockfile.FilterFileChannel;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;

/**
 * The machine's files, where somebody looks at the disk after each operation that changes it: there the process could
 * have died. Writes come in two halves, so that the disk is seen with a torn one, too.
 */
public final class WatchedFiles extends FilterFileSystemProvider {
    private Watcher watcher = () -> {};
    private int forced;

    /** Looks at the disk, or has the operation fail. */
    public interface Watcher {
        void changed() throws IOException;
    }

    public WatchedFiles() {
        super("watched://", FileSystems.getDefault());
    }

    public void watch(Watcher newWatcher) {
        watcher = newWatcher;
    }

    /** How often a file was written through to the disk. */
    public int forced() {
        return forced;
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        FileChannel channel = super.newFileChannel(path, options, attributes);
        watcher.changed();
        return new Watched(channel);
    }

    @Override
    public void createDirectory(Path dir, FileAttribute<?>... attributes) throws IOException {
        super.createDirectory(dir, attributes);
        watcher.changed();
    }

    @Override
    public void delete(Path path) throws IOException {
        super.delete(path);
        watcher.changed();
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
        boolean deleted = super.deleteIfExists(path);
        watcher.changed();
        return deleted;
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        super.move(source, target, options);
        watcher.changed();
    }

    private final class Watched extends FilterFileChannel {
        Watched(FileChannel channel) {
            super(channel);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int half = bytes.remaining() / 2;
            int written = delegate.write(bytes.slice(bytes.position(), half));
            watcher.changed();
            bytes.position(bytes.position() + written);
            written += delegate.write(bytes);
            watcher.changed();
            return written;
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            int half = bytes.remaining() / 2;
            int written = delegate.write(bytes.slice(bytes.position(), half), position);
            watcher.changed();
            bytes.position(bytes.position() + written);
            written += delegate.write(bytes, position + written);
            watcher.changed();
            return written;
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            super.truncate(size);
            watcher.changed();
            return this;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            super.force(metaData);
            forced++;
            watcher.changed();
        }
    }
}
