class InPlace(Module):
  # Of two lists, one is walked and the other indexed: a list too short is an error, which zip would pass over.

  def global_norm(self, gradients: List[Tensor]) -> Tensor:
    norms: List[Tensor] = []
    for g in gradients:
      norms.append(g.norm())
    return torch.stack(norms).norm()

  # Returns the norm before.
  def clip_global_norm(self, gradients: List[Tensor], most: float) -> Tensor:
    norm = self.global_norm(gradients)
    factor = torch.div(most, norm + 1e-6).clamp(max=1)
    for g in gradients:
      g.mul_(factor)
    return norm

  def accumulate(self, sums: List[Tensor], gradients: List[Tensor], share: float) -> None:
    for i, g in enumerate(gradients):
      sums[i].add_(g, alpha=share)

  def scale(self, tensors: List[Tensor], factor: float) -> None:
    for x in tensors:
      x.mul_(factor)

  def unit_norm(self, x: Tensor) -> Tensor:
    if x.dim() < 2:
      return x.norm()
    axes: List[int] = []
    for i in range(1, x.dim()):
      axes.append(i)
    return torch.norm(x, 2, axes, True)

  def adaptive_clip(self, weights: List[Tensor], gradients: List[Tensor], limit: float) -> None:
    for i, w in enumerate(weights):
      most = self.unit_norm(w).clamp(min=0.001) * limit
      norm = self.unit_norm(gradients[i]).clamp(min=1e-6)
      gradients[i].mul_((most / norm).clamp(max=1))

  def restore(self, weights: List[Tensor], copies: List[Tensor]) -> None:
    for i, w in enumerate(weights):
      w.copy_(copies[i])

  def lerp(self, tensors: List[Tensor], others: List[Tensor], weight: float) -> None:
    for i, x in enumerate(tensors):
      x.lerp_(others[i], weight)

  def swap(self, tensors: List[Tensor], others: List[Tensor]) -> None:
    for i, x in enumerate(tensors):
      kept = x.clone()
      x.copy_(others[i])
      others[i].copy_(kept)
