package io.ringsight.app.natives;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Has all native libraries unpacked once, into one private directory, instead of into the temporary directory at each
 * start. Call {@link #prepare} before a class with native code loads: it sets the properties those classes look at.
 */
public final class NativeLibraries {
    /** FFmpeg's and OpenCV's unpacker; it checks size and time itself, and holds a lock while it unpacks. */
    private static final String JAVACPP_DIRECTORY = "org.bytedeco.javacpp.cachedir";

    private NativeLibraries() {}

    private static List<Bundle> bundles() {
        return Platform.here().map(NativeLibraries::bundles).orElse(List.of());
    }

    private static List<Bundle> bundles(Platform platform) {
        return List.of(
                // the first is also what a directory is tried with: it needs nothing but libc
                new Bundle(
                        "com/github/luben/zstd/Zstd.class", platform.zstdFolder(), "ZstdNativePath", Bundle.Names.FILE),
                new Bundle("com/sun/jna/Native.class", platform.jnaFolder(), "jna.boot.library.path"),
                new Bundle("org/xerial/snappy/Snappy.class", platform.snappyFolder(), "org.xerial.snappy.lib.path"),
                new Bundle(
                        "ai/onnxruntime/OnnxRuntime.class", platform.onnxRuntimeFolder(), "onnxruntime.native.path"));
    }

    /**
     * The libraries of one jar.
     *
     * @param anchor a class of that jar
     * @param folder where the libraries for this machine are in it
     * @param property what the jar's own loader asks where they are
     * @param names what the property names
     */
    private record Bundle(String anchor, String folder, String property, Names names) {
        enum Names {
            FILE,
            DIRECTORY
        }

        Bundle(String anchor, String folder, String property) {
            this(anchor, folder, property, Names.DIRECTORY);
        }
    }

    /**
     * JavaCPP throws OutOfMemoryError when the whole process, native memory of other libraries included, is larger than
     * four times the Java heap: cameras would die for good. Memory is bounded by pools here. Before any native class loads.
     */
    public static void liftJavaCppLimits() {
        System.setProperty("org.bytedeco.javacpp.maxbytes", "0");
        System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
    }

    /**
     * Unpacks what is not there yet and points the libraries' loaders at it. Properties that are set already are left.
     *
     * @return the directory
     * @throws IOException in words for people, if no directory can be used
     */
    public static Path prepare() throws IOException {
        return prepare(NativeDirectory.candidates(
                System.getenv(), NativeDirectory.uid(), Path.of(System.getProperty("java.io.tmpdir"))));
    }

    static Path prepare(List<Path> candidates) throws IOException {
        Map<Bundle, List<Path>> unpacked = new HashMap<>();
        // all of it belongs to the trial: a disk that is full half way through is no place either
        Path directory = NativeDirectory.choose(candidates, tried -> unpacked.putAll(unpackAll(tried)));
        unpacked.forEach(NativeLibraries::pointAt);
        setUnlessSet("jline.tmpdir", directory.toString());
        setUnlessSet(JAVACPP_DIRECTORY, directory.resolve("javacpp").toString());
        UnpackedFiles.dropDamaged(Path.of(System.getProperty(JAVACPP_DIRECTORY)), "org/bytedeco/");
        return directory;
    }

    private static void pointAt(Bundle bundle, List<Path> files) {
        if (!files.isEmpty()) {
            Path first = files.get(0);
            Path named = bundle.names() == Bundle.Names.FILE ? first : first.getParent();
            setUnlessSet(bundle.property(), named.toString());
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static Map<Bundle, List<Path>> unpackAll(Path directory) throws IOException {
        Map<Bundle, List<Path>> unpacked = new HashMap<>();
        for (Bundle bundle : bundles()) {
            unpacked.put(bundle, unpack(bundle, directory));
            if (unpacked.size() == 1) {
                tryToLoad(unpacked.get(bundle));
            }
        }
        return unpacked;
    }

    private static void tryToLoad(List<Path> files) throws IOException {
        for (Path file : files) {
            try {
                System.load(file.toString());
            } catch (UnsatisfiedLinkError e) {
                String said = String.valueOf(e.getMessage());
                throw new IOException(
                        said.contains("failed to map segment") || said.contains("Operation not permitted")
                                ? "it is mounted noexec"
                                : said.replaceAll("\\s*\\R\\s*", " "),
                        e);
            }
        }
    }

    /** The libraries of a bundle in their own sub-directory, named after the jar: another version is another. */
    private static List<Path> unpack(Bundle bundle, Path directory) throws IOException {
        URL anchor = NativeLibraries.class.getClassLoader().getResource(bundle.anchor());
        if (anchor == null || !(anchor.openConnection() instanceof JarURLConnection connection)) {
            return List.of();
        }
        JarFile jar = connection.getJarFile();
        Path target = Files.createDirectories(directory.resolve(
                Path.of(jar.getName()).getFileName().toString().replaceFirst("\\.jar$", "")));
        List<Path> files = new ArrayList<>();
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
            JarEntry entry = entries.nextElement();
            if (entry.getName().startsWith(bundle.folder()) && entry.getName().endsWith(".so")) {
                files.add(UnpackedFiles.unpack(jar, entry, target));
            }
        }
        return files;
    }
}
