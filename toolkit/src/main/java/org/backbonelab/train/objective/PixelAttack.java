package org.backbonelab.train.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.random.RandomGenerator;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Dataset;
import org.backbonelab.tensor.Seeds;
import org.backbonelab.tensor.Torch;
import org.backbonelab.tensor.TorchScript;

/**
 * Steps of the sign of a gradient in the space of pixels, on images that are normalised: within epsilon of each pixel, and
 * within 0 to 1.
 *
 * @param mean of the data set's pixels, per channel, in 0 to 1
 * @param std their deviation
 * @param epsilon radius of the maximum norm, in 0 to 1
 * @param length of a step, in 0 to 1
 */
public record PixelAttack(float[] mean, float[] std, double epsilon, double length) {
    private static final TorchScript SCRIPT = TorchScript.compile("PixelAttack", """
                    class PixelAttack(Module):
                      def step(self, origin: Tensor, images: Tensor, gradient: Tensor, mean: Tensor, std: Tensor,
                               epsilon: float, length: float) -> Tensor:
                        moved = images + gradient.sign() * (length / std)
                        moved = torch.min(torch.max(moved, origin - epsilon / std), origin + epsilon / std)
                        return torch.min(torch.max(moved, -mean / std), (1. - mean) / std)
                    """);

    /** Returns steps as long as the radius. */
    public static PixelAttack on(Dataset images, double epsilon) {
        return new PixelAttack(images.mean(), images.std(), epsilon, epsilon);
    }

    /** Returns this attack with steps of another length. */
    public PixelAttack withStep(double value) {
        return new PixelAttack(mean, std, epsilon, value);
    }

    /** Returns images moved by independent uniform numbers, -epsilon to epsilon a pixel, within 0 to 1. */
    public Batch randomStart(Batch batch, long seed) {
        RandomGenerator random = Seeds.stream(seed, "random-start", 0);
        float[] pixels = batch.pixels().clone();
        int plane = batch.size() * batch.size();
        for (int i = 0; i < pixels.length; i++) {
            int c = i / plane % batch.channels();
            double moved = pixels[i] * std[c] + mean[c] + epsilon * (2 * random.nextDouble() - 1);
            pixels[i] = (float) ((Math.max(0, Math.min(1, moved)) - mean[c]) / std[c]);
        }
        return batch.withPixels(pixels);
    }

    /**
     * Makes a step.
     *
     * @param origin (N, C, H, W), the images that the result stays near
     * @param images where the step begins
     * @param gradient of the loss by them
     */
    public NDArray step(NDArray origin, NDArray images, NDArray gradient) {
        NDManager manager = images.getManager();
        Shape channels = new Shape(1, mean.length, 1, 1);
        return Torch.withoutGradients(() -> SCRIPT.array(
                manager,
                "step",
                origin,
                images,
                gradient,
                Torch.array(manager, mean, channels),
                Torch.array(manager, std, channels),
                epsilon,
                length));
    }
}
