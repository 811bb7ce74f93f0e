package io.ringsight.app.tools.files;

import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** Writes a picture as a PNG or JPEG file that carries {@link Written#MARK}, so that it may be replaced later. */
public final class PictureWriter {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg");
    /** The file signature and the header chunk, which comes first. */
    private static final int PNG_HEAD_BYTES = 8 + 25;
    /** The marker that begins a JPEG file. */
    private static final int JPEG_HEAD_BYTES = 2;

    private static final int COMMENT_MARKER = 0xfffe;

    private PictureWriter() {}

    /** Whether a file of this name can be written. */
    public static boolean canWrite(Path file) {
        return ENDINGS.contains(FileKinds.ending(file));
    }

    /**
     * Writes {@code bgr} in the format of the file's name.
     *
     * @throws IOException with a sentence for people that names the file
     */
    public static void write(Path file, Mat bgr) throws IOException {
        boolean png = FileKinds.ending(file).equals("png");
        byte[] picture = encoded(png ? ".png" : ".jpg", bgr);
        if (picture.length == 0) {
            throw new IOException(file + ": a picture of " + bgr.cols() + "x" + bgr.rows() + " cannot be encoded as "
                    + (png ? "PNG" : "JPEG"));
        }
        try {
            Files.write(file, png ? marked(picture, PNG_HEAD_BYTES, pngText()) : markedJpeg(picture));
        } catch (IOException e) {
            throw new IOException(file + " cannot be written: " + IoReason.of(e), e);
        }
    }

    private static byte[] encoded(String ending, Mat bgr) {
        try (BytePointer buffer = new BytePointer()) {
            if (!imencode(ending, bgr, buffer)) {
                return new byte[0];
            }
            byte[] bytes = new byte[Math.toIntExact(buffer.limit())];
            buffer.get(bytes);
            return bytes;
        } catch (RuntimeException e) {
            // OpenCV refuses sizes that the format does not know, with a text full of its own file names.
            return new byte[0];
        }
    }

    private static byte[] markedJpeg(byte[] picture) {
        byte[] mark = Written.MARK.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer comment = ByteBuffer.allocate(2 * Short.BYTES + mark.length);
        comment.putShort((short) COMMENT_MARKER)
                .putShort((short) (Short.BYTES + mark.length))
                .put(mark);
        return marked(picture, JPEG_HEAD_BYTES, comment.array());
    }

    private static byte[] pngText() {
        byte[] text = ("tEXtSoftware\0" + Written.MARK).getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(text);
        return ByteBuffer.allocate(2 * Integer.BYTES + text.length)
                .putInt(text.length - Integer.BYTES)
                .put(text)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] marked(byte[] picture, int at, byte[] inserted) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(picture.length + inserted.length);
        all.write(picture, 0, at);
        all.write(inserted, 0, inserted.length);
        all.write(picture, at, picture.length - at);
        return all.toByteArray();
    }
}
