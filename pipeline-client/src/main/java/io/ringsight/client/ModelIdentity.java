package io.ringsight.client;

/**
 * What found the objects. Immutable.
 *
 * @param name such as {@code pcb-defect} (field {@code name})
 * @param version its version (field {@code version})
 * @param sha256 of the model file, 64 lower-case hexadecimal digits (field {@code sha256})
 * @param precision of the weights: {@code fp32}, {@code fp16}, {@code bf16} or {@code int8} (field {@code precision})
 * @param backend what ran it, such as {@code onnxruntime-cpu} (field {@code backend})
 */
public record ModelIdentity(String name, String version, String sha256, String precision, String backend) {}
