  # libtorch's fused AdamW alone.
  def update(self, parameters: List[Tensor], gradients: List[Tensor], exp_avg: List[Tensor],
             exp_avg_sq: List[Tensor], steps: List[Tensor]) -> float:
    _ = torch.add_(steps[0], 1)
    none : List[Tensor] = annotate(List[Tensor], [])
    torch._fused_adamw_(parameters, gradients, exp_avg, exp_avg_sq, none, steps, lr=0.001, beta1=0.9, beta2=0.999,
                        weight_decay=0.05, eps=1e-08, amsgrad=False, maximize=False)
    return 0.

  def channels_last(self, x: Tensor) -> Tensor:
    return torch.contiguous(x, memory_format=2)
