package org.backbonelab.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Golden;
import org.junit.jupiter.api.Test;

class GrnTest {
    @Test
    void startsAsTheIdentity() {
        try (NDManager manager = Torch.newManager()) {
            Grn grn = new Grn(4);
            grn.initialize(manager, 0);
            NDArray x = Golden.fill(manager, new Shape(2, 3, 3, 4), 0);
            assertArrayEquals(x.toFloatArray(), grn.apply(x, Pass.evaluation()).toFloatArray());
        }
    }

    @Test
    void underAMaskEqualsTheNormOfTheVisiblePositionsAlone() {
        try (NDManager manager = Torch.newManager()) {
            Grn grn = new Grn(4);
            grn.initialize(manager, 0);
            Golden.fillParameters(grn);
            NDArray x = Golden.fill(manager, new Shape(1, 2, 3, 4), 0);
            NDArray visible = manager.create(new float[] {1, 0, 1, 0, 0, 1}, new Shape(1, 2, 3, 1));
            NDArray masked = grn.apply(x, visible, Pass.evaluation()).reshape(6, 4);
            NDArray rows = x.reshape(6, 4);
            NDArray gathered = ai.djl.ndarray.NDArrays.stack(new NDList(rows.get(0), rows.get(2), rows.get(5)));
            NDArray alone =
                    grn.apply(gathered.reshape(1, 3, 1, 4), Pass.evaluation()).reshape(3, 4);
            NDArray seen = ai.djl.ndarray.NDArrays.stack(new NDList(masked.get(0), masked.get(2), masked.get(5)));
            assertArrayEquals(alone.toFloatArray(), seen.toFloatArray(), 1e-6f);
        }
    }
}
