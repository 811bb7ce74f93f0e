package io.ringsight.sources.synthetic;

import static io.ringsight.sources.synthetic.Raster.BARE;
import static io.ringsight.sources.synthetic.Raster.COPPER;

/**
 * Puts defects on a drawn board and says where they are. A place is tried by drawing: it counts if the board around
 * makes the defect what it is called (an open cuts the track through, a spur reaches no other conductor, ...). The box
 * is that of the changed pixels and {@link #BOX_MARGIN} units around, as DeepPCB's labels have it. Allocates nothing
 * after construction.
 */
final class DefectPress {
    /** Units between a defect's changed pixels and its box. */
    static final float BOX_MARGIN = 9;

    private static final DefectKind[] KINDS = DefectKind.values();
    private static final int TRIES = 300;
    /** How far a conductor goes on straight on both sides of a defect. */
    private static final float STRAIGHT = 15;

    private static final float CLEAR_OF_BORDER = 3;
    private static final float CLEAR_OF_OTHERS = 6;

    private final Dice dice;
    private BoardLayout layout;
    private Raster clean;
    private Raster board;
    /** The place tried at the moment: a point on a conductor, its direction, the normal, half its thickness. */
    private float x;

    private float y;
    private float alongX;
    private float alongY;
    private float normalX;
    private float normalY;
    private float half;

    DefectPress(Dice dice) {
        this.dice = dice;
    }

    /**
     * Puts up to {@code wanted} defects on {@code board}, which is still the same as {@code clean}, and adds them to
     * {@code into}. Kinds take turns, beginning anywhere; one that finds no place after many tries is left out.
     */
    void press(BoardLayout layout, Raster clean, Raster board, int wanted, KnownObjects into) {
        this.layout = layout;
        this.clean = clean;
        this.board = board;
        int first = dice.below(KINDS.length);
        for (int i = 0; i < wanted; i++) {
            place(KINDS[(first + i) % KINDS.length], into);
        }
    }

    private void place(DefectKind kind, KnownObjects into) {
        for (int tries = 0; tries < TRIES; tries++) {
            float reach = choosePlace(kind);
            if (reach > 0 && isFree(reach, into)) {
                draw(kind, reach);
                addChanged(kind, reach, into);
                return;
            }
        }
    }

    /** Chooses a place at random; returns how far from it the defect may reach, or 0 if the place will not do. */
    private float choosePlace(DefectKind kind) {
        if (kind == DefectKind.COPPER) {
            x = dice.between(0f, clean.unitsWide());
            y = dice.between(0f, clean.unitsHigh());
            return BoardLayout.isBareAround(clean, x, y, 18) ? 12 : 0;
        }
        if (layout.conductors() == 0) {
            return 0;
        }
        onConductor(dice.below(layout.conductors()));
        switch (kind) {
            case OPEN:
                return isOpenable() ? half + 12 : 0;
            case SHORT:
                return gap();
            case MOUSEBITE:
                return half >= 4 && isEdge(14) ? half + 12 : 0;
            case SPUR:
                return isEdge(24) ? half + 18 : 0;
            default:
                return holeable();
        }
    }

    private void onConductor(int index) {
        float dx = layout.endX(index) - layout.startX(index);
        float dy = layout.endY(index) - layout.startY(index);
        float length = Math.max(1e-3f, (float) Math.sqrt(dx * dx + dy * dy));
        float at = dice.between(0f, 1f);
        int side = dice.sign();
        x = layout.startX(index) + at * dx;
        y = layout.startY(index) + at * dy;
        alongX = dx / length;
        alongY = dy / length;
        normalX = -alongY * side;
        normalY = alongX * side;
        half = layout.thickness(index) / 2;
    }

    /** Whether there is copper at {@code along} units forward and {@code aside} units to the side of the place. */
    private boolean isCopper(float along, float aside) {
        return clean.isCopper(x + along * alongX + aside * normalX, y + along * alongY + aside * normalY);
    }

    /** The track runs straight here, {@code reach} units each way, and is not broad. */
    private boolean isOpenable() {
        if (half > 17) {
            return false;
        }
        for (float along = -STRAIGHT; along <= STRAIGHT; along += 2) {
            if (!isCopper(along, 0) || isCopper(along, half + 3) || isCopper(along, -half - 3)) {
                return false;
            }
        }
        return true;
    }

    /** A straight edge here, with nothing for {@code free} units beside it and copper inside. */
    private boolean isEdge(float free) {
        for (float along = -STRAIGHT; along <= STRAIGHT; along += 2) {
            if (!isCopper(along, half - 2)) {
                return false;
            }
            for (float aside = half + 3; aside <= half + free; aside += 2) {
                if (isCopper(along, aside)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Distance from the place to the middle of the bare gap between its conductor and the next, or 0. */
    private float gap() {
        if (!isEdge(6) || !isCopper(0, 0)) {
            return 0;
        }
        float aside = half + 6;
        while (aside < half + 44 && !isCopper(0, aside)) {
            aside++;
        }
        boolean thick = isCopper(0, aside + 2) && isCopper(-4, aside + 3) && isCopper(4, aside + 3);
        return thick ? aside + 2 : 0;
    }

    private float holeable() {
        if (half < 10) {
            return 0;
        }
        float deep = dice.between(-1f, 1f) * Math.max(0, half - 10);
        x += deep * normalX;
        y += deep * normalY;
        return BoardLayout.isAllAround(clean, x, y, 9.5f, true) ? 9 : 0;
    }

    /** Whether a defect reaching that far stays on the board and clear of the others. */
    private boolean isFree(float reach, KnownObjects others) {
        float scale = clean.scale();
        float around = reach + BOX_MARGIN + CLEAR_OF_BORDER;
        int left = (int) ((x - around) * scale);
        int top = (int) ((y - around) * scale);
        int right = (int) ((x + around) * scale) + 1;
        int bottom = (int) ((y + around) * scale) + 1;
        if (left < 0 || top < 0 || right > clean.width() || bottom > clean.height() || x < around || y < around) {
            return false;
        }
        int margin = (int) Math.ceil(CLEAR_OF_OTHERS * scale);
        for (int i = 0; i < others.size(); i++) {
            if (others.meets(i, margin, left, top, right, bottom)) {
                return false;
            }
        }
        return true;
    }

    private void draw(DefectKind kind, float reach) {
        switch (kind) {
            case OPEN:
                cut();
                break;
            case SHORT:
                bridge(reach);
                break;
            case MOUSEBITE:
                bite();
                break;
            case SPUR:
                grow();
                break;
            case COPPER:
                blot(COPPER, dice.between(2.5f, 5f), 5);
                break;
            default:
                blot(BARE, dice.between(2.2f, 3.8f), 3.5f);
                break;
        }
    }

    private void cut() {
        float slant = dice.between(-4f, 4f);
        float wide = dice.between(6f, 11f);
        stroke(-slant, -half - 2, slant, half + 2, wide, BARE);
    }

    private void bridge(float reach) {
        float slant = dice.between(-3f, 3f);
        stroke(0, half - 1, slant, reach, dice.between(4f, 8f), COPPER);
    }

    private void bite() {
        float deep = Math.min(dice.between(7f, 11f), 1.2f * half);
        float wide = Math.min(dice.between(4f, 7f), 1.1f * half);
        float slant = dice.between(-5f, 5f);
        stroke(0, half + 1, slant, half - deep + wide / 2, wide, BARE);
        stroke(-slant, half + 1, 0, half - deep / 2 + wide / 2, wide, BARE);
    }

    private void grow() {
        float far = dice.between(7f, 12f);
        float slant = dice.between(-5f, 5f);
        stroke(0, half - 2, slant, half + far - 2, dice.between(4f, 7f), COPPER);
    }

    /** A bent dab of the brush around the place. */
    private void blot(byte material, float radius, float spread) {
        float fromX = dice.between(-spread, spread);
        float fromY = dice.between(-spread, spread);
        board.line(x + fromX, y + fromY, x, y, 2 * radius, material);
        board.line(x, y, x - fromX * 0.8f + dice.between(-2f, 2f), y - fromY * 0.8f, 2 * radius, material);
    }

    /** A stroke between two points given along and aside of the place. */
    private void stroke(float along1, float aside1, float along2, float aside2, float wide, byte material) {
        board.line(
                x + along1 * alongX + aside1 * normalX,
                y + along1 * alongY + aside1 * normalY,
                x + along2 * alongX + aside2 * normalX,
                y + along2 * alongY + aside2 * normalY,
                wide,
                material);
    }

    /** Adds the box of the pixels that differ from the clean board within {@code reach} of the place. */
    private void addChanged(DefectKind kind, float reach, KnownObjects into) {
        float scale = clean.scale();
        int fromColumn = (int) ((x - reach - BOX_MARGIN) * scale);
        int toColumn = (int) ((x + reach + BOX_MARGIN) * scale);
        int fromRow = (int) ((y - reach - BOX_MARGIN) * scale);
        int toRow = (int) ((y + reach + BOX_MARGIN) * scale);
        int left = toColumn;
        int top = toRow;
        int right = fromColumn;
        int bottom = fromRow;
        for (int row = fromRow; row < toRow; row++) {
            for (int column = fromColumn; column < toColumn; column++) {
                int at = row * clean.width() + column;
                if (clean.pixels()[at] != board.pixels()[at]) {
                    left = Math.min(left, column);
                    right = Math.max(right, column + 1);
                    top = Math.min(top, row);
                    bottom = Math.max(bottom, row + 1);
                }
            }
        }
        if (right > left) {
            int margin = Math.round(BOX_MARGIN * scale);
            into.add(kind.ordinal(), left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin);
        }
    }
}
