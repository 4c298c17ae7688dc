// What a notebook on the toolkit needs, imported before its first cell. Row is Tablesaw's: the toolkit has one too.
// The last line lets values that end a cell look as show would show them.
import static org.backbonelab.notebook.Notebook.*;
import java.awt.image.BufferedImage;
import java.util.*;
import java.util.stream.*;
import org.backbonelab.data.*;
import org.backbonelab.data.augment.*;
import org.backbonelab.data.corrupt.*;
import org.backbonelab.layer.*;
import org.backbonelab.measure.*;
import org.backbonelab.model.*;
import org.backbonelab.optim.*;
import org.backbonelab.plot.*;
import org.backbonelab.recipe.*;
import org.backbonelab.results.*;
import org.backbonelab.statistics.*;
import org.backbonelab.study.*;
import org.backbonelab.tensor.*;
import org.backbonelab.train.*;
import org.backbonelab.train.objective.*;
import tech.tablesaw.api.*;
import tech.tablesaw.api.Row;
renderValues();
