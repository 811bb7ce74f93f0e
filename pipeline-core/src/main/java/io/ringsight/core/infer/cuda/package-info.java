/**
 * The CUDA runtime as the TensorRT lanes use it: devices, streams, events, memory, graphs and the letterbox kernel. Every
 * native call's outcome is looked at; a bad one becomes a {@link io.ringsight.core.infer.cuda.CudaFailure} that names it.
 *
 * <p>Nothing here may be touched before {@link io.ringsight.core.infer.cuda.CudaDevices#probe()} has found a device.
 */
package io.ringsight.core.infer.cuda;
