class ConvNeXt(Module):
  # Numbers in place of names: dtype 6 = float32, 15 = bfloat16. The residual stream, norms and depthwise convolutions
  # are float32.

  # As a 1x1 convolution a product runs in oneDNN, without it in MKL, which is slow on processors of other makers.
  def linear(self, x: Tensor, weight: Tensor, bias: Tensor, bf16: bool, by_conv: bool) -> Tensor:
    if bf16:
      return torch.linear(torch.to(x, 15), torch.to(weight, 15), torch.to(bias, 15))
    if by_conv:
      y = torch.permute(x, [0, 3, 1, 2])
      y = torch.conv2d(y, torch.unsqueeze(torch.unsqueeze(weight, -1), -1), bias)
      return torch.permute(y, [0, 2, 3, 1])
    return torch.linear(x, weight, bias)

  # Over the channels of (N, C, H, W).
  def channel_norm(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    y = torch.permute(x, [0, 2, 3, 1])
    y = torch.layer_norm(y, [torch.size(y, -1)], weight, bias, 9.9999999999999995e-07)
    return torch.permute(y, [0, 3, 1, 2])

  def conv2(self, x: Tensor, weight: Tensor, bias: Tensor, bf16: bool) -> Tensor:
    if bf16:
      y = torch.conv2d(torch.to(x, 15), torch.to(weight, 15), torch.to(bias, 15), [2, 2])
      return torch.to(y, 6)
    return torch.conv2d(x, weight, bias, [2, 2])

  # Parameters from at on: gamma, depthwise convolution, norm, two linear maps.
  def block(self, x: Tensor, p: List[Tensor], at: int, bf16: bool, by_conv: bool) -> Tensor:
    groups = torch.size(x, 1)
    y = torch.conv2d(x, p[torch.add(at, 1)], None, [1, 1], [3, 3], [1, 1], groups)
    # The depthwise kernel is slow at the gradient of a bias.
    y = torch.add_(y, torch.reshape(p[torch.add(at, 2)], [1, -1, 1, 1]))
    y = torch.permute(y, [0, 2, 3, 1])
    y = torch.layer_norm(y, [groups], p[torch.add(at, 3)], p[torch.add(at, 4)], 9.9999999999999995e-07)
    y = torch.gelu((self).linear(y, p[torch.add(at, 5)], p[torch.add(at, 6)], bf16, by_conv, ))
    y = (self).linear(y, p[torch.add(at, 7)], p[torch.add(at, 8)], bf16, by_conv, )
    return torch.add(x, torch.permute(torch.mul(y, p[at]), [0, 3, 1, 2]))

  def logits(self, images: Tensor, p: List[Tensor], buffers: List[Tensor], bf16: bool,
             by_conv: bool, plain: bool) -> Tensor:
    depths = [2, 2, 6, 2]
    x = (self).channel_norm(torch.conv2d(images, p[0], p[1], [2, 2]), p[2], p[3], )
    at = 4
    for stage in range(4):
      if torch.gt(stage, 0):
        x = (self).channel_norm(x, p[at], p[torch.add(at, 1)], )
        x = (self).conv2(x, p[torch.add(at, 2)], p[torch.add(at, 3)], bf16, )
        at = torch.add(at, 4)
      for i in range(depths[stage]):
        x = (self).block(x, p, at, bf16, by_conv, )
        at = torch.add(at, 9)
    pooled = torch.mean(x, [2, 3])
    pooled = torch.layer_norm(pooled, [320], p[at], p[torch.add(at, 1)], 9.9999999999999995e-07)
    return torch.linear(pooled, p[torch.add(at, 2)], p[torch.add(at, 3)])
