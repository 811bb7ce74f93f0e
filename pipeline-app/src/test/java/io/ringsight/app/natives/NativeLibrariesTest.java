package io.ringsight.app.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.app.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
    private static final String ENTRY = "org/bytedeco/thing/linux-x86_64/libthing.so";
    private static final byte[] CODE = new byte[100_000];

    @TempDir
    Path folder;

    @Test
    void unpacksOnceAndNeverTouchesAWholeFile() throws IOException {
        Path file = unpack();
        FileTime old = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(file, old);

        assertThat(unpack()).isEqualTo(file).hasBinaryContent(CODE);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
        assertThat(files(file.getParent())).hasSize(1);
    }

    @Test
    void unpacksAgainWhatWasChangedOrCutOff() throws IOException {
        Path file = unpack();
        byte[] changed = CODE.clone();
        changed[50_000] = 1;
        Files.write(file, changed);
        assertThat(unpack()).hasBinaryContent(CODE);

        Files.write(file, new byte[10]);
        assertThat(unpack()).hasBinaryContent(CODE);
    }

    @Test
    void takesAwayWhatAKilledProcessLeftHalfWritten() throws IOException {
        Path old = Files.createDirectories(folder.resolve("out")).resolve("libthing.so123.part");
        Files.write(old, new byte[10]);
        Files.setLastModifiedTime(old, FileTime.fromMillis(1_000_000_000_000L));
        Path young = Files.write(folder.resolve("out/libthing.so456.part"), new byte[10]);

        Path file = unpack();

        assertThat(files(folder.resolve("out"))).containsExactlyInAnyOrder(file, young);
    }

    @Test
    void takesItAwayAlsoWhenTheNextStartHasAllItNeeds() throws IOException {
        Path file = unpack();
        Path old = Files.write(folder.resolve("out/libthing.so123.part"), new byte[10]);
        Files.setLastModifiedTime(old, FileTime.fromMillis(1_000_000_000_000L));

        assertThat(unpack()).isEqualTo(file);
        assertThat(files(folder.resolve("out"))).containsExactly(file);
    }

    @Test
    void twoProcessesThatStartAtOnceBothGetWholeFiles() throws IOException, InterruptedException {
        Path cache = folder.resolve("cache");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(program(cache));
        }
        for (Process process : processes) {
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
        assertThat(files(cache)).noneMatch(file -> file.toString().endsWith(".part"));
        assertThat(files(cache)).anyMatch(file -> file.toString().endsWith("libonnxruntime.so"));
    }

    @Test
    void filesThatAnotherProcessPutsInPlaceMeanwhileAreNoFailure() throws Exception {
        Path directory = unpack().getParent();
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            for (int i = 0; !isOver.get(); i = (i + 1) % 64) {
                writeAndMove(directory.resolve(i + ".part"), directory.resolve(i + ".so"));
            }
        });
        try {
            for (int i = 0; i < 2_000; i++) {
                unpack();
            }
        } finally {
            isOver.set(true);
        }
        other.get();
    }

    private static void writeAndMove(Path part, Path file) {
        try {
            Files.move(Files.writeString(part, "x"), file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aProcessKilledWhileItUnpacksLeavesNothingThatIsTakenForWhole() throws IOException, InterruptedException {
        Path cache = folder.resolve("cache");
        Process killed = program(cache);
        while (killed.isAlive()
                && files(cache).stream().noneMatch(file -> file.toString().endsWith(".part"))) {
            Thread.onSpinWait();
        }
        killed.destroyForcibly().waitFor();

        Process next = program(cache);
        String said = new String(next.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(next.waitFor()).as(said).isZero();
    }

    @Test
    void dropsWhatJavaCppUnpackedAndDamagedSinceButNothingItIsStillWriting() throws IOException {
        Path jar = jar();
        Path cache = folder.resolve("javacpp");
        Path file = cache.resolve(jar.getFileName().toString()).resolve(ENTRY);
        Files.createDirectories(file.getParent());
        String classPath = System.getProperty("java.class.path");
        System.setProperty("java.class.path", jar.toString());
        try {
            Files.write(file, new byte[100]);
            UnpackedFiles.dropDamaged(cache, "org/bytedeco/");
            assertThat(file).as("its time is not set yet").exists();

            try (JarFile open = new JarFile(jar.toFile())) {
                Files.setLastModifiedTime(
                        file, FileTime.fromMillis(open.getJarEntry(ENTRY).getTime()));
            }
            UnpackedFiles.dropDamaged(cache, "org/bytedeco/");
            assertThat(file).doesNotExist();
        } finally {
            System.setProperty("java.class.path", classPath);
        }
    }

    @Test
    void aDirectoryOthersMayWriteToIsNotUsed() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("target")));
        Path next = folder.resolve("below/next");

        assertThat(NativeDirectory.choose(List.of(open, link, next), directory -> {}))
                .isEqualTo(next);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(next)))
                .isEqualTo("rwx------");
    }

    @Test
    void withoutAnyPlaceItSaysWhatWasTriedAndWhatToSet() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Path noexec = folder.resolve("noexec");

        assertThatThrownBy(() -> NativeDirectory.choose(List.of(file.resolve("native"), noexec), directory -> {
                    throw new IOException("it is mounted noexec");
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + "/native: ")
                .hasMessageContaining(noexec + ": it is mounted noexec")
                .hasMessageContaining("set RINGSIGHT_NATIVE_DIR to a directory");
    }

    @Test
    void placesAreTriedInAFixedOrder() {
        assertThat(NativeDirectory.candidates(Map.of("HOME", "/home/a", "XDG_CACHE_HOME", "/c"), 7, Path.of("/tmp")))
                .containsExactly(
                        Path.of("/c/ringsight/native"),
                        Path.of("/home/a/.cache/ringsight/native"),
                        Path.of("/var/tmp/ringsight-native-7"),
                        Path.of("/tmp/ringsight-native-7"));
        assertThat(NativeDirectory.candidates(Map.of("RINGSIGHT_NATIVE_DIR", "/n", "HOME", "/h"), 7, Path.of("/tmp")))
                .containsExactly(Path.of("/n"));
    }

    /** A limit on a file's size stands for a disk that gets full: the first libraries fit, a large one does not. */
    @Test
    void aPlaceThatGetsFullHalfWayThroughIsNamedWithWhatToDo() throws IOException, InterruptedException {
        Path cache = folder.resolve("cache");
        List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -f 8000 && exec \"$@\"", "sh"));
        limited.addAll(programCommand(cache));
        Process process = new ProcessBuilder(limited).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isNotZero();
        assertThat(said).contains("tried " + cache + ": ", "set RINGSIGHT_NATIVE_DIR to a directory", "400 MB free");
        assertThat(files(cache)).noneMatch(file -> file.toString().endsWith(".part"));
    }

    /** The whole preparation in a process of its own. */
    public static final class Program {
        private Program() {}

        public static void main(String[] args) throws IOException {
            System.out.println(NativeLibraries.prepare(List.of(Path.of(args[0]))));
        }
    }

    private static Process program(Path cache) throws IOException {
        return new ProcessBuilder(programCommand(cache))
                .redirectErrorStream(true)
                .start();
    }

    private static List<String> programCommand(Path cache) {
        return JavaCommand.of(
                List.of("-XX:TieredStopAtLevel=1"),
                JavaCommand.wholeClassPath(),
                Program.class.getName(),
                List.of(cache.toString()));
    }

    private Path unpack() throws IOException {
        try (JarFile jar = new JarFile(jar().toFile())) {
            return UnpackedFiles.unpack(jar, jar.getJarEntry(ENTRY), Files.createDirectories(folder.resolve("out")));
        }
    }

    private Path jar() throws IOException {
        Path jar = folder.resolve("thing-1.0.jar");
        if (!Files.exists(jar)) {
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
                out.putNextEntry(new JarEntry(ENTRY));
                out.write(CODE);
                out.closeEntry();
            }
        }
        return jar;
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException e) {
            // something was renamed while it was looked at
            return List.of();
        }
    }
}
