package org.backbonelab.recipe;

/**
 * The images of a phase that does not train on the cell's: pre-training for another task.
 *
 * @param dataset a name of {@link org.backbonelab.data.Datasets}, empty for the cell's own images
 * @param images how many to train on, drawn as the cell's are
 */
public record Source(String dataset, int images) {
    /** The cell's own images. */
    public static final Source CELL = new Source("", 0);

    /**
     * Checks both values.
     *
     * @throws IllegalArgumentException if there is a name without images, or images without a name
     */
    public Source {
        if (dataset == null || dataset.isEmpty() != (images == 0) || images < 0) {
            throw new IllegalArgumentException("source is " + images + " images of \"" + dataset
                    + "\", expected a data set and 1 image or more, or neither");
        }
    }
}
