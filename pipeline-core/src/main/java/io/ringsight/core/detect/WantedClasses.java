package io.ringsight.core.detect;

import java.util.BitSet;
import java.util.Collection;

/**
 * Which classes' objects matter. A value; asking allocates nothing.
 *
 * @param ids the classes; null for all
 */
public record WantedClasses(BitSet ids) {
    /** Every class. */
    public static final WantedClasses ALL = new WantedClasses(null);

    public WantedClasses {
        ids = ids == null ? null : (BitSet) ids.clone();
    }

    /** These only. */
    public static WantedClasses of(Collection<Integer> classIds) {
        BitSet ids = new BitSet();
        classIds.forEach(ids::set);
        return new WantedClasses(ids);
    }

    /** Whether objects of this class matter. */
    public boolean has(int classId) {
        return ids == null || classId >= 0 && ids.get(classId);
    }

    @Override
    public BitSet ids() {
        return ids == null ? null : (BitSet) ids.clone();
    }
}
