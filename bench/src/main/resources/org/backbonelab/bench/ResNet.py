class ResNet(Module):
  # Numbers in place of names: dtype 6 = float32, 15 = bfloat16. Batch norms take bfloat16 and sum in float32.

  # Convolution, then batch norm; buffers hold the running mean and variance of each norm.
  def conv_norm(self, x: Tensor, p: List[Tensor], buffers: List[Tensor], norm: int, stride: int, padding: int,
                bf16: bool) -> Tensor:
    at = torch.mul(3, norm)
    weight = p[at]
    if bf16:
      weight = torch.to(weight, 15)
    y = torch.conv2d(x, weight, None, [stride, stride], [padding, padding])
    mean = buffers[torch.mul(2, norm)]
    var = buffers[torch.add(torch.mul(2, norm), 1)]
    return torch.batch_norm(y, p[torch.add(at, 1)], p[torch.add(at, 2)], mean, var, True, 0.10000000000000001,
                            1.0000000000000001e-05, False)

  def logits(self, images: Tensor, p: List[Tensor], buffers: List[Tensor], bf16: bool,
             by_conv: bool, plain: bool) -> Tensor:
    x = images
    if bf16:
      x = torch.to(x, 15)
    x = torch.relu_((self).conv_norm(x, p, buffers, 0, 1, 1, bf16, ))
    norm = 1
    for stage in range(4):
      for block in range(2):
        stride = 1
        if torch.__and__(torch.gt(stage, 0), torch.eq(block, 0)):
          stride = 2
        y = torch.relu_((self).conv_norm(x, p, buffers, norm, stride, 1, bf16, ))
        y = (self).conv_norm(y, p, buffers, torch.add(norm, 1), 1, 1, bf16, )
        norm = torch.add(norm, 2)
        if torch.eq(stride, 2):
          y = torch.add_(y, (self).conv_norm(x, p, buffers, norm, 2, 0, bf16, ))
          norm = torch.add(norm, 1)
        else:
          y = torch.add_(y, x)
        x = torch.relu_(y)
    pooled = torch.mean(x, [2, 3], False, dtype=6)
    return torch.linear(pooled, p[60], p[61])
