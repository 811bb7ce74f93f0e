package io.ringsight.sources;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Makes AVIF pictures that are a grid of tiles, as phones and converters do with large ones (HEIF, ISO/IEC 23008-12). */
final class Avif {
    private static final int GRID = 1;
    private static final int FIRST_TILE = 2;
    /** Numbers of the properties in their box. */
    private static final int TILE_SIZE = 1;

    private static final int CODEC = 2;
    private static final int WHOLE_SIZE = 3;
    private static final int DEPTH = 4;
    private static final int ESSENTIAL = 0x80;

    private final byte[] codec;
    private final byte[] tile;
    private final int columns;
    private final int rows;
    private final ByteBuffer size;
    /** How many of the tiles are pictures of their own; the others are the first again. */
    private final int pictures;

    private Avif(byte[] picture, int columns, int rows, int pictures) {
        codec = inner(picture, "av1C");
        tile = inner(picture, "mdat");
        this.columns = columns;
        this.rows = rows;
        this.pictures = pictures;
        size = ByteBuffer.wrap(picture).slice(indexOf(picture, "ispe") + 8, 8);
    }

    /**
     * A picture of {@code columns} times {@code rows} tiles, of which {@code width} times {@code height} pixels are shown.
     *
     * @param picture an AVIF file of one picture: each tile
     */
    static byte[] grid(byte[] picture, int columns, int rows, int width, int height) {
        return new Avif(picture, columns, rows, columns * rows).file(width, height);
    }

    /** As {@link #grid}, but all places of the grid show one and the same tile. */
    static byte[] wallpaper(byte[] picture, int columns, int rows, int width, int height) {
        return new Avif(picture, columns, rows, 1).file(width, height);
    }

    private byte[] file(int width, int height) {
        byte[] type = box("ftyp", text("avif"), ints(0), text("avifmif1miaf"));
        int metaBytes = meta(0, width, height).length;
        byte[] meta = meta(type.length + metaBytes + 8, width, height);
        byte[] grid = ByteBuffer.allocate(8)
                .put(new byte[] {0, 0, (byte) (rows - 1), (byte) (columns - 1)})
                .putShort((short) width)
                .putShort((short) height)
                .array();
        byte[][] data = new byte[1 + pictures][];
        for (int i = 0; i < data.length; i++) {
            data[i] = i == 0 ? grid : tile;
        }
        return join(type, meta, box("mdat", data));
    }

    private byte[] meta(int dataAt, int width, int height) {
        byte[][] locations = new byte[1 + pictures][];
        byte[][] items = new byte[1 + pictures][];
        byte[][] properties = new byte[1 + pictures][];
        byte[][] references = new byte[columns * rows][];
        for (int i = 0; i <= pictures; i++) {
            int offset = i == 0 ? dataAt : dataAt + 8 + (i - 1) * tile.length;
            locations[i] = join(shorts(GRID + i, 0, 1), ints(offset, i == 0 ? 8 : tile.length));
            items[i] = box("infe", ints(2 << 24), shorts(GRID + i, 0), text(i == 0 ? "grid\0" : "av01\0"));
            properties[i] = i == 0
                    ? join(shorts(GRID), bytes(2, WHOLE_SIZE, DEPTH))
                    : join(shorts(GRID + i), bytes(3, TILE_SIZE, DEPTH, ESSENTIAL | CODEC));
        }
        for (int i = 0; i < references.length; i++) {
            references[i] = shorts(FIRST_TILE + i % pictures);
        }
        byte[] tileSize = new byte[8];
        size.duplicate().get(tileSize);
        return box(
                "meta",
                ints(0),
                box("hdlr", ints(0, 0), text("pict"), ints(0, 0, 0), bytes(0)),
                box("pitm", ints(0), shorts(GRID)),
                box("iloc", ints(0), bytes(0x44, 0), shorts(1 + pictures), join(locations)),
                box("iinf", ints(0), shorts(1 + pictures), join(items)),
                box("iref", ints(0), box("dimg", shorts(GRID, references.length), join(references))),
                box(
                        "iprp",
                        box(
                                "ipco",
                                box("ispe", ints(0), tileSize),
                                box("av1C", codec),
                                box("ispe", ints(0, width, height)),
                                box("pixi", ints(0), bytes(3, 8, 8, 8))),
                        box("ipma", ints(0, 1 + pictures), join(properties))));
    }

    private static byte[] inner(byte[] file, String type) {
        int at = indexOf(file, type);
        return Arrays.copyOfRange(file, at + 4, at - 4 + ByteBuffer.wrap(file).getInt(at - 4));
    }

    private static int indexOf(byte[] file, String type) {
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(type);
        if (at < 4) {
            throw new IllegalArgumentException("no box " + type);
        }
        return at;
    }

    private static byte[] box(String type, byte[]... parts) {
        byte[] content = join(parts);
        return join(ints(8 + content.length), text(type), content);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        IntStream.range(0, values.length).forEach(i -> bytes[i] = (byte) values[i]);
        return bytes;
    }

    private static byte[] shorts(int... values) {
        ByteBuffer out = ByteBuffer.allocate(2 * values.length);
        IntStream.of(values).forEach(value -> out.putShort((short) value));
        return out.array();
    }

    private static byte[] ints(int... values) {
        ByteBuffer out = ByteBuffer.allocate(4 * values.length);
        IntStream.of(values).forEach(out::putInt);
        return out.array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
