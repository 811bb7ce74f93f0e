/**
 * Inference on NVIDIA GPUs with TensorRT.
 *
 * <pre>
 *   ONNX file ─EngineBuilder─▶ engine ─CacheFile─▶ disk        once a model, GPU and TensorRT
 *
 *   lane (stream): picture ─▶ pinned ─copy─▶ planes ─letterbox kernel─▶ row of the input     load
 *                                       input ─execution context─▶ output ─copy─▶ pinned     launch
 *                                                                      event                 await
 * </pre>
 */
package io.ringsight.core.infer.tensorrt;
