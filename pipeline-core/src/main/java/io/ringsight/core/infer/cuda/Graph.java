package io.ringsight.core.infer.cuda;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;

/**
 * Work recorded once and queued as a whole from then on, with one call instead of one a kernel. It uses the same
 * addresses each time. Whoever made it closes it, after its work is done.
 */
public final class Graph implements AutoCloseable {
    private final CUgraphExec_st pointer = new CUgraphExec_st();
    private boolean closed;

    private Graph() {}

    /**
     * Records what {@code work} queues on {@code stream}; none of it runs. The stream is usable again afterwards, also
     * when this fails.
     */
    public static Graph capture(Stream stream, Runnable work) {
        Cuda.check(
                cudart.cudaStreamBeginCapture(stream.pointer(), cudart.cudaStreamCaptureModeThreadLocal),
                "cudaStreamBeginCapture");
        try (CUgraph_st recorded = new CUgraph_st()) {
            record(stream, work, recorded);
            return instantiate(recorded);
        }
    }

    private static void record(Stream stream, Runnable work, CUgraph_st recorded) {
        try {
            work.run();
        } catch (RuntimeException e) {
            // What was recorded so far is of no use; ending the capture is what matters.
            if (cudart.cudaStreamEndCapture(stream.pointer(), recorded) == cudart.cudaSuccess) {
                cudart.cudaGraphDestroy(recorded);
            }
            throw e;
        }
        Cuda.check(cudart.cudaStreamEndCapture(stream.pointer(), recorded), "cudaStreamEndCapture");
    }

    private static Graph instantiate(CUgraph_st recorded) {
        Graph graph = new Graph();
        int code = cudart.cudaGraphInstantiate(graph.pointer, recorded, 0);
        int freed = cudart.cudaGraphDestroy(recorded);
        Cuda.check(code, "cudaGraphInstantiate");
        try {
            Cuda.check(freed, "cudaGraphDestroy");
        } catch (CudaFailure e) {
            new Closing().close(graph);
            throw e;
        }
        return graph;
    }

    /** Queues the recorded work. */
    public void launch(Stream stream) {
        Cuda.check(cudart.cudaGraphLaunch(pointer, stream.pointer()), "cudaGraphLaunch");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Cuda.check(cudart.cudaGraphExecDestroy(pointer), "cudaGraphExecDestroy");
        }
    }
}
