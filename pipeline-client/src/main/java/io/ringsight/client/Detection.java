package io.ringsight.client;

/**
 * An object that was found. Immutable.
 *
 * @param id number in its message, from 0 (field {@code id})
 * @param label name of its class; {@code class-N} for a class without a name (field {@code label})
 * @param classId number of the class in the model (field {@code classId})
 * @param confidence 0 to 1, four decimals; NaN if the model gave a number that is not finite (field {@code confidence})
 * @param box where it is (field {@code bbox})
 */
public record Detection(int id, String label, int classId, double confidence, Box box) {}
