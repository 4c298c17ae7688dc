class Kernels(Module):
  # Numbers in place of names: dtype 6 = float32, 15 = bfloat16; memory_format 2 = channels last.

  # ---- layers ----

  # At least float32: bfloat16 is widened; float64, for checks, stays.
  def wide(self, x: Tensor) -> Tensor:
    if x.dtype == 15:
      return x.to(6)
    return x

  # Convolutions run in oneDNN, float32 products in MKL, which is half as fast on processors that are not Intel's:
  # there a product over batch and positions is computed as a 1x1 convolution.
  def linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], bf16: bool, by_conv: bool) -> Tensor:
    if bf16:
      if bias is not None:
        return torch.linear(x.to(15), weight.to(15), bias.to(15))
      return torch.linear(x.to(15), weight.to(15))
    if by_conv and x.dim() > 2 and x.size(0) > 1 and not x.is_meta:
      shape = x.size()
      y = x.reshape([shape[0], -1, 1, shape[-1]]).permute([0, 3, 1, 2])
      y = torch.conv2d(y, weight.unsqueeze(-1).unsqueeze(-1), bias)
      shape[-1] = weight.size(0)
      return y.permute([0, 2, 3, 1]).reshape(shape)
    return torch.linear(x, weight, bias)

  def conv(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], stride: List[int], padding: List[int],
           groups: int, channels_last: bool, bf16: bool) -> Tensor:
    if x.is_meta:
      # libtorch itself cannot convolve what has a shape and no values.
      rows = (x.size(2) + 2 * padding[0] - weight.size(2)) // stride[0] + 1
      columns = (x.size(3) + 2 * padding[1] - weight.size(3)) // stride[1] + 1
      return torch.empty([x.size(0), weight.size(0), rows, columns], dtype=x.dtype, device=x.device)
    y = x
    steps = stride
    if stride[0] > 1 and weight.size(2) == 1 and padding[0] == 0 and weight.size(1) > 1 and weight.size(1) < 16:
      # Its gradient in channels-last layout writes past its memory (libtorch 2.7.1); what stride skips can go before.
      # Two slices, not y[:, :, ::a, ::b]: that is four, each with a gradient of its own.
      y = torch.slice(torch.slice(y, 2, step=stride[0]), 3, step=stride[1])
      steps = [1, 1]
    if channels_last:
      y = y.contiguous(memory_format=2)
    if weight.size(1) == 1 and groups > 1:
      # Depthwise kernels are slower in bfloat16 than in float32, and slow at the gradient of a bias.
      y = torch.conv2d(self.wide(y), weight, None, steps, padding, [1, 1], groups)
      if bias is not None:
        y.add_(bias.reshape([1, -1, 1, 1]))
      return y
    if bf16:
      if bias is not None:
        return torch.conv2d(y.to(15), weight.to(15), bias.to(15), steps, padding, [1, 1], groups)
      return torch.conv2d(y.to(15), weight.to(15), None, steps, padding, [1, 1], groups)
    return torch.conv2d(y, weight, bias, steps, padding, [1, 1], groups)

  def layer_norm(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], eps: float, channels_first: bool) -> Tensor:
    y = self.wide(x)
    if channels_first:
      y = y.permute([0, 2, 3, 1])
    if not y.is_meta:
      y = torch.layer_norm(y, [y.size(-1)], weight, bias, eps)
    if channels_first:
      y = y.permute([0, 3, 1, 2])
    return y

  def group_norm(self, x: Tensor, groups: int, weight: Tensor, bias: Optional[Tensor], eps: float) -> Tensor:
    if x.is_meta:
      return self.wide(x)
    return torch.group_norm(self.wide(x), groups, weight, bias, eps)

  # Input and output may be bfloat16; sums are float32.
  def batch_norm(self, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, var: Tensor, training: bool,
                 momentum: float, eps: float, relu: bool) -> Tensor:
    if x.is_meta:
      return torch.empty_like(x)
    if training and x.numel() == x.size(1):
      # The operator itself would give the bias, and make the running variance NaN without a word.
      y = torch.batch_norm(x, weight, bias, None, None, True, momentum, eps, True) * float("nan")
    else:
      y = torch.batch_norm(x, weight, bias, mean, var, training, momentum, eps, True)
    if relu:
      # In place: the norm's derivative does not need its output.
      y.relu_()
    return y

  def add_relu(self, x: Tensor, y: Tensor) -> Tensor:
    return (x + y).relu_()

  def gelu(self, x: Tensor, tanh: bool) -> Tensor:
    if tanh:
      return torch.gelu(x, approximate="tanh")
    return torch.gelu(x)

  # (N, T, 3 D) to (N, T, D). The fused kernel has no second derivative, and on processors it is slow in bfloat16:
  # there products are bfloat16 and the softmax float32, while its T x T weights are small.
  def attention(self, qkv: Tensor, heads: int, plain: bool, bf16: bool, gpu: bool) -> Tensor:
    n = qkv.size(0)
    t = qkv.size(1)
    d = qkv.size(2) // 3
    if qkv.is_meta:
      return torch.empty([n, t, d], dtype=qkv.dtype, device=qkv.device)
    width = d // heads
    products = bf16 and not gpu and t <= 512
    dtype = self.wide(qkv).dtype
    if products or (bf16 and gpu):
      dtype = 15
    parts = qkv.to(dtype).reshape([n, t, 3, heads, width]).permute([2, 0, 3, 1, 4]).unbind()
    q = parts[0]
    k = parts[1]
    v = parts[2]
    if plain or products:
      scores = torch.matmul(q * width ** -0.5, k.transpose(-2, -1))
      y = torch.matmul(torch.softmax(self.wide(scores), -1).to(dtype), v)
    else:
      y = torch.scaled_dot_product_attention(q, k, v)
    return y.transpose(1, 2).reshape([n, t, d])

  # What the heads above weigh the values by, (N, heads, T, T): the fused kernel keeps it to itself.
  def attention_weights(self, qkv: Tensor, heads: int) -> Tensor:
    n = qkv.size(0)
    t = qkv.size(1)
    width = qkv.size(2) // 3 // heads
    parts = self.wide(qkv).reshape([n, t, 3, heads, width]).permute([2, 0, 3, 1, 4]).unbind()
    scores = torch.matmul(parts[0] * width ** -0.5, parts[1].transpose(-2, -1))
    return torch.softmax(scores, -1)

  # Mean over space of (N, C, H, W), in float32: (N, C).
  def spatial_mean(self, x: Tensor) -> Tensor:
    return self.wide(x).mean([2, 3])

  def to_float(self, x: Tensor) -> Tensor:
    return x.to(6)

  # ---- losses: logits (N, K), targets (N, K) ----

  def smoothed(self, targets: Tensor, smoothing: float) -> Tensor:
    return targets * (1 - smoothing) + smoothing / targets.size(1)

  def cross_entropy(self, logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    log_probabilities = torch.log_softmax(logits.to(6), 1)
    return -((log_probabilities * self.smoothed(targets, smoothing)).sum() / logits.size(0))

  def binary_cross_entropy(self, logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    return torch.binary_cross_entropy_with_logits(logits.to(6), self.smoothed(targets, smoothing))

  # ---- gradients ----

  # A parameter that the loss does not depend on has gradient zero.
  def grad(self, loss: Tensor, parameters: List[Tensor], create_graph: bool) -> List[Tensor]:
    out: List[Tensor] = []
    for p, g in zip(parameters, torch.grad([loss], parameters, None, None, create_graph, True)):
      if g is not None:
        out.append(g)
      else:
        out.append(torch.zeros_like(p))
    return out

  # H v: the gradient of g . v, whose graph stays for the next vector. What g does not depend on adds nothing.
  def hessian_vector_product(self, gradient: List[Tensor], parameters: List[Tensor], vector: List[Tensor]) -> List[Tensor]:
    outputs: List[Tensor] = []
    weights: List[Optional[Tensor]] = []
    for g, v in zip(gradient, vector):
      if g.requires_grad:
        outputs.append(g)
        weights.append(v)
    out: List[Tensor] = []
    for p, h in zip(parameters, torch.grad(outputs, parameters, weights, True, False, True)):
      if h is not None:
        out.append(h)
      else:
        out.append(torch.zeros_like(p))
    return out

  # ---- layout in memory ----

  # Zeros that lie in memory as x does.
  def zeros_like(self, x: Tensor) -> Tensor:
    return torch.zeros_like(x.detach())

  # A copy of x that lies in memory as y does.
  def laid_out_like(self, x: Tensor, y: Tensor) -> Tensor:
    return torch.empty_like(y.detach()).copy_(x)

  # Kernels of convolutions as channels-last convolutions want them.
  def channels_last(self, x: Tensor) -> Tensor:
    return x.contiguous(memory_format=2)
