"""The tutorial's network as it would be with a global average in place of `Flatten`."""

import numpy as np

from core._keras import keras


def with_global_average(model: keras.Model) -> keras.Model:
    """Copy a network, with each weight of `dense` replaced by its mean over the 7x7 cells.

    With w̄ the means, each logit is Σ_k w̄^k Σ_ij A^k_ij + b: a dense layer of weights 49 w̄ on the
    global average of each feature map. The copy is not trained again. It keeps the layers of the
    tutorial's network, so that it is explained as that is.

    Args:
        model: The tutorial's network; is not changed.
    """
    *earlier, dense, bias = model.get_weights()
    by_cell = dense.reshape(49, 64, 10)
    mean = np.broadcast_to(by_cell.mean(0), by_cell.shape).reshape(dense.shape)
    copy = keras.models.clone_model(model)
    copy.set_weights([*earlier, mean, bias])
    return copy
