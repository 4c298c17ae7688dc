import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prints which libtorch DJL has loaded, on which device it computes, and that it does. */
class EngineCheck {
    public static void main(String[] arguments) throws IOException {
        Engine engine = Engine.getEngine("PyTorch");
        System.out.println("PyTorch " + engine.getVersion() + " on " + engine.defaultDevice());
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            maps.filter(line -> line.matches(".*/(\\S*libdjl_torch|libtorch_cpu|libtorch_cuda|libcuda)\\.so.*"))
                    .map(line -> "loaded " + line.substring(line.indexOf('/')))
                    .distinct()
                    .forEach(System.out::println);
        }
        // Without libcudart DJL counts no GPU and says nothing.
        if (System.getenv().getOrDefault("PYTORCH_FLAVOR", "").startsWith("cu")) {
            System.out.println("CUDA runtime " + CudaUtils.getCudaVersionString());
        }
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            NDArray ones = manager.ones(new Shape(64, 64));
            float sum = ones.matMul(ones).sum().getFloat();
            if (sum != 64 * 64 * 64) {
                throw new AssertionError("the sum of a product of ones is " + sum + ", not 262144");
            }
            System.out.println("computes");
        }
    }
}
