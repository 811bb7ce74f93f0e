package io.ringsight.sources.recording;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * The videos and pictures that a path stands for: the file itself, whatever its name; else all in a folder, those a
 * glob matches ({@code *}, {@code ?}, {@code [..]}), or a numbered sequence ({@code board%04d.png}), by name or number.
 * Videos and pictures are known by the ends of their names.
 *
 * @param files in order; empty if there are none
 * @param leftOut what else is in the folder, in a few words; empty if nothing is
 */
public record MediaFiles(List<Path> files, String leftOut) {
    private static final Set<String> PICTURES = Set.of(
            "avif", "bmp", "dib", "heic", "heif", "j2k", "jfif", "jp2", "jpe", "jpeg", "jpg", "jxl", "pbm", "pgm",
            "png", "pnm", "ppm", "tga", "tif", "tiff", "webp");
    private static final Set<String> VIDEOS = Set.of(
            "264", "265", "3g2", "3gp", "apng", "asf", "avi", "divx", "f4v", "flv", "gif", "h264", "h265", "hevc",
            "ivf", "m1v", "m2t", "m2ts", "m2v", "m4v", "mjpeg", "mjpg", "mkv", "mov", "mp4", "mpeg", "mpg", "mts",
            "mxf", "nut", "obu", "ogv", "ts", "vob", "webm", "wmv", "y4m");
    private static final Pattern NUMBER = Pattern.compile("%(?:0(\\d{1,2}))?d");
    private static final int MAX_KINDS = 8;
    /** Of a number that fits a long. */
    private static final int MAX_DIGITS = 18;

    public MediaFiles {
        files = List.copyOf(files);
    }

    /** Whether the name is a picture's. */
    public static boolean isPicture(Path file) {
        return PICTURES.contains(ending(file));
    }

    /** The endings of pictures, for people. */
    public static String pictureEndings() {
        return String.join(", ", PICTURES.stream().sorted().toList());
    }

    /** What stands behind the last dot, in small letters; empty if nothing does. */
    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(dot + 1).toLowerCase(Locale.ROOT) : "";
    }

    /**
     * Looks what there is.
     *
     * @throws NoSuchFileException if nothing is there
     * @throws AccessDeniedException if that cannot be told without more rights
     */
    public static MediaFiles of(Path named) throws IOException {
        if (Files.isDirectory(named)) {
            return ofFolder(named);
        }
        if (Files.exists(named)) {
            return new MediaFiles(List.of(named), "");
        }
        List<Path> several = isSequence(named) ? sequence(named) : isGlob(named) ? glob(named) : List.of();
        if (several.isEmpty()) {
            // Says why: not there, or not to be seen.
            named.getFileSystem().provider().checkAccess(named);
        }
        return new MediaFiles(several, "");
    }

    private static MediaFiles ofFolder(Path folder) throws IOException {
        List<Path> media = new ArrayList<>();
        Map<String, Integer> others = new TreeMap<>();
        for (Path file : sorted(folder)) {
            String ending = ending(file);
            if (Files.isDirectory(file)) {
                others.merge("folder", 1, Integer::sum);
            } else if (PICTURES.contains(ending) || VIDEOS.contains(ending)) {
                media.add(file);
            } else {
                others.merge(ending.isEmpty() ? "without ending" : "." + ending, 1, Integer::sum);
            }
        }
        return new MediaFiles(media, leftOut(others));
    }

    private static List<Path> sorted(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static String leftOut(Map<String, Integer> others) {
        List<String> parts = new ArrayList<>();
        others.entrySet().stream()
                .limit(MAX_KINDS)
                .forEach(each -> parts.add(each.getValue() + " " + each.getKey()
                        + (each.getKey().equals("folder") && each.getValue() > 1 ? "s" : "")));
        if (others.size() > MAX_KINDS) {
            parts.add("others");
        }
        return String.join(", ", parts);
    }

    private static boolean isSequence(Path named) {
        return NUMBER.matcher(named.getFileName().toString()).results().count() == 1;
    }

    /** By number, from the lowest, missing numbers or not. */
    private static List<Path> sequence(Path named) throws IOException {
        String name = named.getFileName().toString();
        Matcher number = NUMBER.matcher(name);
        if (!number.find() || !Files.isDirectory(folderOf(named))) {
            return List.of();
        }
        int digits = number.group(1) == null ? 1 : Math.max(1, Integer.parseInt(number.group(1)));
        if (digits > MAX_DIGITS) {
            return List.of();
        }
        Pattern pattern = Pattern.compile(Pattern.quote(name.substring(0, number.start())) + "(\\d{" + digits + ","
                + MAX_DIGITS + "})"
                + Pattern.quote(name.substring(number.end())));
        return sorted(folderOf(named)).stream()
                .map(file -> pattern.matcher(file.getFileName().toString()))
                .filter(Matcher::matches)
                .sorted(Comparator.comparingLong(match -> Long.parseLong(match.group(1))))
                .map(match -> named.resolveSibling(match.group()))
                .toList();
    }

    private static Path folderOf(Path named) {
        return named.getParent() == null ? Path.of("") : named.getParent();
    }

    private static boolean isGlob(Path named) {
        return named.toString().matches("(?s).*[*?\\[].*");
    }

    private static List<Path> glob(Path named) throws IOException {
        List<Path> found = List.of(named.isAbsolute() ? named.getRoot() : Path.of(""));
        for (Path part : named) {
            List<Path> next = new ArrayList<>();
            for (Path folder : found) {
                if (!isGlob(part)) {
                    next.add(folder.resolve(part));
                } else if (Files.isDirectory(folder)) {
                    next.addAll(matching(folder, part.toString()));
                }
            }
            found = next;
        }
        return found.stream()
                .filter(Files::exists)
                .filter(file -> !Files.isDirectory(file))
                .toList();
    }

    /** As shells do: names that begin with a dot match only what does too; braces are letters like others. */
    private static List<Path> matching(Path folder, String part) throws IOException {
        String escaped = part.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}");
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + escaped);
        } catch (PatternSyntaxException e) {
            // A bracket that is not closed: as a glob it matches nothing.
            return List.of();
        }
        return sorted(folder).stream()
                .filter(file ->
                        part.startsWith(".") || !file.getFileName().toString().startsWith("."))
                .filter(file -> matcher.matches(file.getFileName()))
                .toList();
    }
}
