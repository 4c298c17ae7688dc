package org.backbonelab.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.atomic.AtomicLong;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.Tap;
import org.backbonelab.tensor.ShapeOnly;
import org.backbonelab.tensor.Torch;

/**
 * What a network costs, by its shapes alone.
 *
 * @param params trained parameters
 * @param macs multiply-adds of one image in convolutions, linear layers and attention
 * @param blockValues values that its blocks give for one image, all together
 */
public record Cost(long params, long macs, long blockValues) {
    /** What fvcore adds for each value that {@code layer_norm} normalises. */
    private static final int OF_A_NORM = 5;

    /**
     * Counts without computing, in milliseconds whatever the size.
     *
     * <p>A few older networks have operators that libtorch cannot reckon by shapes: those are initialised and computed.
     *
     * @param backbone as {@link Backbones#create} knows it
     */
    public static Cost of(String backbone, ImageSpec spec) {
        Backbone model = Backbones.create(backbone, spec, 0);
        try (NDManager manager = Torch.newManager()) {
            model.initializeShapes(manager);
            return counted(model, ShapeOnly.array(manager, images(spec)));
        } catch (EngineException | UnsupportedOperationException e) {
            return computed(Backbones.create(backbone, spec, 0));
        }
    }

    private static Cost computed(Backbone model) {
        try (NDManager manager = Torch.newManager()) {
            model.initialize(manager, 0);
            return counted(model, manager.zeros(images(model.spec())));
        }
    }

    private static Shape images(ImageSpec spec) {
        return new Shape(1, spec.channels(), spec.size(), spec.size());
    }

    private static Cost counted(Backbone model, NDArray images) {
        AtomicLong macs = new AtomicLong();
        AtomicLong values = new AtomicLong();
        Pass pass = Pass.evaluation()
                .withTrace((layer, output, multiplyAdds) -> macs.addAndGet(multiplyAdds))
                .withTap(Tap.BLOCK, (name, y) -> values.addAndGet(y.getShape().size()));
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Torch.withoutGradients(() -> model.apply(images, pass));
        }
        return new Cost(model.parameterCount(), macs.get(), values.get());
    }

    /**
     * Returns the multiply-adds of a ConvNeXt as its papers count them, with fvcore: to the multiply-adds come five
     * operations for every value that a block's norm normalises, a twentieth of a percent.
     */
    public long asFvcore() {
        return macs + OF_A_NORM * blockValues;
    }
}
