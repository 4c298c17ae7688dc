class ViT(Module):
  # Numbers in place of names: dtype 6 = float32, 15 = bfloat16. The residual stream and the norms are float32.

  # As a 1x1 convolution a product runs in oneDNN, without it in MKL, which is slow on processors of other makers.
  def linear(self, x: Tensor, weight: Tensor, bias: Tensor, bf16: bool, by_conv: bool) -> Tensor:
    if bf16:
      return torch.linear(torch.to(x, 15), torch.to(weight, 15), torch.to(bias, 15))
    if by_conv:
      y = torch.permute(torch.unsqueeze(x, 2), [0, 3, 1, 2])
      y = torch.conv2d(y, torch.unsqueeze(torch.unsqueeze(weight, -1), -1), bias)
      return torch.squeeze(torch.permute(y, [0, 2, 3, 1]), 2)
    return torch.linear(x, weight, bias)

  def attention(self, x: Tensor, p: List[Tensor], at: int, bf16: bool, by_conv: bool,
                plain: bool) -> Tensor:
    y = torch.layer_norm(x, [192], p[at], p[torch.add(at, 1)], 9.9999999999999995e-07)
    qkv = (self).linear(y, p[torch.add(at, 2)], p[torch.add(at, 3)], bf16, by_conv, )
    if torch.__not__(plain):
      qkv = torch.to(qkv, 6)
    parts = torch.unbind(torch.permute(torch.reshape(qkv, [128, 65, 3, 3, 64]), [2, 0, 3, 1, 4]))
    if plain:
      scores = torch.matmul(torch.mul(parts[0], 0.125), torch.transpose(parts[1], -2, -1))
      mixed = torch.matmul(torch.softmax(scores, -1), parts[2])
    else:
      mixed = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2])
    mixed = torch.reshape(torch.transpose(mixed, 1, 2), [128, 65, 192])
    return (self).linear(mixed, p[torch.add(at, 4)], p[torch.add(at, 5)], bf16, by_conv, )

  def mlp(self, x: Tensor, p: List[Tensor], at: int, bf16: bool, by_conv: bool) -> Tensor:
    y = torch.layer_norm(x, [192], p[at], p[torch.add(at, 1)], 9.9999999999999995e-07)
    y = torch.gelu((self).linear(y, p[torch.add(at, 2)], p[torch.add(at, 3)], bf16, by_conv, ))
    return (self).linear(y, p[torch.add(at, 4)], p[torch.add(at, 5)], bf16, by_conv, )

  def logits(self, images: Tensor, p: List[Tensor], buffers: List[Tensor], bf16: bool,
             by_conv: bool, plain: bool) -> Tensor:
    patches = torch.flatten(torch.conv2d(images, p[0], p[1], [4, 4]), 2)
    x = torch.cat([torch.expand(p[2], [128, -1, -1]), torch.transpose(patches, 1, 2)], 1)
    x = torch.add(x, p[3])
    for i in range(6):
      at = torch.add(4, torch.mul(12, i))
      x = torch.add(x, (self).attention(x, p, at, bf16, by_conv, plain, ))
      x = torch.add(x, (self).mlp(x, p, torch.add(at, 6), bf16, by_conv, ))
    x = torch.layer_norm(torch.select(x, 1, 0), [192], p[76], p[77], 9.9999999999999995e-07)
    return torch.linear(x, p[78], p[79])
