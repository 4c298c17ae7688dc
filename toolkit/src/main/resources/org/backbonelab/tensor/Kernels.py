class Kernels(Module):
  # Numbers in place of names: dtype 6 = float32, 15 = bfloat16; memory_format 0 = contiguous, 2 = channels last.

  # ---- layers ----

  # At least float32: bfloat16 is widened; float64, for checks, stays.
  def wide(self, x: Tensor) -> Tensor:
    if torch.eq(ops.prim.dtype(x), 15):
      return torch.to(x, 6)
    return x

  # Convolutions run in oneDNN, float32 products in MKL, which is half as fast on processors that are not Intel's:
  # there a product over batch and positions is computed as a 1x1 convolution.
  def linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], bf16: bool, by_conv: bool) -> Tensor:
    if bf16:
      if torch.__isnot__(bias, None):
        return torch.linear(torch.to(x, 15), torch.to(weight, 15), torch.to(unchecked_cast(Tensor, bias), 15))
      return torch.linear(torch.to(x, 15), torch.to(weight, 15))
    if torch.__and__(by_conv, torch.__and__(torch.gt(torch.dim(x), 2), torch.gt(torch.size(x, 0), 1))):
      shape = torch.size(x)
      y = torch.permute(torch.reshape(x, [shape[0], -1, 1, shape[-1]]), [0, 3, 1, 2])
      y = torch.conv2d(y, torch.unsqueeze(torch.unsqueeze(weight, -1), -1), bias)
      shape[-1] = torch.size(weight, 0)
      return torch.reshape(torch.permute(y, [0, 2, 3, 1]), shape)
    return torch.linear(x, weight, bias)

  def conv(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], stride: List[int], padding: List[int],
           groups: int, channels_last: bool, bf16: bool) -> Tensor:
    y = x
    steps = stride
    if stride[0] > 1 and weight.size(2) == 1 and padding[0] == 0 and weight.size(1) > 1 and weight.size(1) < 16:
      # Its gradient in channels-last layout writes past its memory (libtorch 2.7.1); what stride skips can go before.
      end = 9223372036854775807
      y = torch.slice(torch.slice(y, 2, 0, end, stride[0]), 3, 0, end, stride[1])
      steps = [1, 1]
    if channels_last:
      y = torch.contiguous(y, memory_format=2)
    if torch.__and__(torch.eq(torch.size(weight, 1), 1), torch.gt(groups, 1)):
      # Depthwise kernels are slower in bfloat16 than in float32, and slow at the gradient of a bias.
      y = torch.conv2d((self).wide(y, ), weight, None, steps, padding, [1, 1], groups)
      if torch.__isnot__(bias, None):
        y = torch.add_(y, torch.reshape(unchecked_cast(Tensor, bias), [1, -1, 1, 1]))
      return y
    if bf16:
      y = torch.to(y, 15)
      w = torch.to(weight, 15)
      if torch.__isnot__(bias, None):
        b = torch.to(unchecked_cast(Tensor, bias), 15)
        return torch.conv2d(y, w, b, steps, padding, [1, 1], groups)
      return torch.conv2d(y, w, None, steps, padding, [1, 1], groups)
    return torch.conv2d(y, weight, bias, steps, padding, [1, 1], groups)

  def layer_norm(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], eps: float, channels_first: bool) -> Tensor:
    y = (self).wide(x, )
    if channels_first:
      y = torch.permute(y, [0, 2, 3, 1])
    y = torch.layer_norm(y, [torch.size(y, -1)], weight, bias, eps)
    if channels_first:
      y = torch.permute(y, [0, 3, 1, 2])
    return y

  def group_norm(self, x: Tensor, groups: int, weight: Tensor, bias: Optional[Tensor], eps: float) -> Tensor:
    return torch.group_norm((self).wide(x, ), groups, weight, bias, eps)

  # Input and output may be bfloat16; sums are float32.
  def batch_norm(self, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, var: Tensor, training: bool,
                 momentum: float, eps: float, relu: bool) -> Tensor:
    if training and x.numel() == x.size(1):
      # The operator itself would give the bias, and make the running variance NaN without a word.
      y = torch.batch_norm(x, weight, bias, None, None, True, momentum, eps, True) * float("nan")
    else:
      y = torch.batch_norm(x, weight, bias, mean, var, training, momentum, eps, True)
    if relu:
      # In place: the norm's derivative does not need its output.
      y = torch.relu_(y)
    return y

  def add_relu(self, x: Tensor, y: Tensor) -> Tensor:
    return torch.relu_(torch.add(x, y))

  def gelu(self, x: Tensor, tanh: bool) -> Tensor:
    if tanh:
      return torch.gelu(x, approximate="tanh")
    return torch.gelu(x)

  # (N, T, 3 D) to (N, T, D). The fused kernel has no second derivative, and on processors it is slow in bfloat16:
  # there products are bfloat16 and the softmax float32, while its T x T weights are small.
  def attention(self, qkv: Tensor, heads: int, plain: bool, bf16: bool, gpu: bool) -> Tensor:
    n = torch.size(qkv, 0)
    t = torch.size(qkv, 1)
    d = torch.floordiv(torch.size(qkv, 2), 3)
    width = torch.floordiv(d, heads)
    products = torch.__and__(bf16, torch.__and__(torch.__not__(gpu), torch.le(t, 512)))
    dtype = ops.prim.dtype((self).wide(qkv, ))
    if torch.__or__(products, torch.__and__(bf16, gpu)):
      dtype = 15
    parts = torch.unbind(torch.permute(torch.reshape(torch.to(qkv, dtype), [n, t, 3, heads, width]), [2, 0, 3, 1, 4]))
    q = parts[0]
    k = parts[1]
    v = parts[2]
    if torch.__or__(plain, products):
      scores = torch.matmul(torch.mul(q, torch.pow(float(width), -0.5)), torch.transpose(k, -2, -1))
      y = torch.matmul(torch.to(torch.softmax((self).wide(scores, ), -1), dtype), v)
    else:
      y = torch.scaled_dot_product_attention(q, k, v)
    return torch.reshape(torch.transpose(y, 1, 2), [n, t, d])

  # Mean over space of (N, C, H, W), in float32: (N, C).
  def spatial_mean(self, x: Tensor) -> Tensor:
    return torch.mean((self).wide(x, ), [2, 3])

  def to_float(self, x: Tensor) -> Tensor:
    return torch.to(x, 6)

  # ---- losses: logits (N, K), targets (N, K) ----

  def cross_entropy(self, logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    soft = torch.add(torch.mul(targets, torch.sub(1., smoothing)), torch.div(smoothing, torch.size(logits, 1)))
    log_probabilities = torch.log_softmax(torch.to(logits, 6), 1)
    return torch.neg(torch.div(torch.sum(torch.mul(log_probabilities, soft)), torch.size(logits, 0)))

  def binary_cross_entropy(self, logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    soft = torch.add(torch.mul(targets, torch.sub(1., smoothing)), torch.div(smoothing, torch.size(logits, 1)))
    return torch.binary_cross_entropy_with_logits(torch.to(logits, 6), soft)

  # ---- gradients ----

  # A parameter that the loss does not depend on has gradient zero.
  def grad(self, loss: Tensor, parameters: List[Tensor], create_graph: bool) -> List[Tensor]:
    found = torch.grad([loss], parameters, None, None, create_graph, True)
    out : List[Tensor] = annotate(List[Tensor], [])
    for i in range(torch.len(parameters)):
      g = found[i]
      if torch.__isnot__(g, None):
        _ = torch.append(out, unchecked_cast(Tensor, g))
      else:
        _ = torch.append(out, torch.zeros_like(parameters[i]))
    return out

  # H v: the gradient of g . v, with the graph of g inside this call only.
  def hessian_vector_product(self, loss: Tensor, parameters: List[Tensor], vector: List[Tensor]) -> List[Tensor]:
    gradient = (self).grad(loss, parameters, True, )
    product = torch.sum(torch.mul(gradient[0], vector[0]))
    for i in range(1, torch.len(gradient)):
      product = torch.add(product, torch.sum(torch.mul(gradient[i], vector[i])))
    return (self).grad(product, parameters, False, )

  # ---- gradients between backward pass and update, in place ----

  def global_norm(self, gradients: List[Tensor]) -> Tensor:
    norms : List[Tensor] = annotate(List[Tensor], [])
    for i in range(torch.len(gradients)):
      _ = torch.append(norms, torch.norm(gradients[i]))
    return torch.norm(torch.stack(norms))

  # Returns the norm before.
  def clip_global_norm(self, gradients: List[Tensor], most: float) -> Tensor:
    norm = (self).global_norm(gradients, )
    factor = torch.clamp(torch.div(most, torch.add(norm, 9.9999999999999995e-07)), None, 1)
    for i in range(torch.len(gradients)):
      _ = torch.mul_(gradients[i], factor)
    return norm

  def accumulate(self, sums: List[Tensor], gradients: List[Tensor], share: float) -> None:
    for i in range(torch.len(gradients)):
      _ = torch.add_(sums[i], gradients[i], alpha=share)

  def scale(self, tensors: List[Tensor], factor: float) -> None:
    for i in range(torch.len(tensors)):
      _ = torch.mul_(tensors[i], factor)

  def unit_norm(self, x: Tensor) -> Tensor:
    if torch.lt(torch.dim(x), 2):
      return torch.norm(x)
    axes : List[int] = annotate(List[int], [])
    for i in range(1, torch.dim(x)):
      _ = torch.append(axes, i)
    return torch.norm(x, 2, axes, True)

  def adaptive_clip(self, weights: List[Tensor], gradients: List[Tensor], limit: float) -> None:
    for i in range(torch.len(weights)):
      most = torch.mul(torch.clamp((self).unit_norm(weights[i], ), 0.001), limit)
      norm = torch.clamp((self).unit_norm(gradients[i], ), 9.9999999999999995e-07)
      _ = torch.mul_(gradients[i], torch.clamp(torch.div(most, norm), None, 1))

  def restore(self, weights: List[Tensor], copies: List[Tensor]) -> None:
    for i in range(torch.len(weights)):
      _ = torch.copy_(weights[i], copies[i])

  # ---- second sets of weights ----

  def lerp(self, tensors: List[Tensor], others: List[Tensor], weight: float) -> None:
    for i in range(torch.len(tensors)):
      _ = torch.lerp_(tensors[i], others[i], weight)

  def swap(self, tensors: List[Tensor], others: List[Tensor]) -> None:
    for i in range(torch.len(tensors)):
      kept = torch.clone(tensors[i])
      _ = torch.copy_(tensors[i], others[i])
      _1 = torch.copy_(others[i], kept)

  # ---- layout in memory ----

  # Zeros that lie in memory as x does.
  def zeros_like(self, x: Tensor) -> Tensor:
    return torch.zeros_like(torch.detach(x))

  # A copy of x that lies in memory as y does.
  def laid_out_like(self, x: Tensor, y: Tensor) -> Tensor:
    return torch.copy_(torch.empty_like(torch.detach(y)), x)

  # Kernels of convolutions as channels-last convolutions want them.
  def channels_last(self, x: Tensor) -> Tensor:
    return torch.contiguous(x, memory_format=2)
