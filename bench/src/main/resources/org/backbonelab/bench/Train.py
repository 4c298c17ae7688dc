
  # ---- appended to every network: the whole training step in one call ----

  def cross_entropy(self, logits: Tensor, labels: Tensor) -> Tensor:
    return torch.cross_entropy_loss(torch.to(logits, 6), labels)

  # libtorch's fused updates walk over raw memory: a gradient must lie in memory as its weight does.
  def gradients(self, loss: Tensor, parameters: List[Tensor]) -> List[Tensor]:
    found = torch.grad([loss], parameters, None, None, False, False)
    out : List[Tensor] = annotate(List[Tensor], [])
    for i in range(torch.len(parameters)):
      g = unchecked_cast(Tensor, found[i])
      if torch.ne(torch.stride(g), torch.stride(parameters[i])):
        g = torch.copy_(torch.empty_like(parameters[i]), g)
      _ = torch.append(out, g)
    return out

  def adamw(self, x: Tensor, labels: Tensor, parameters: List[Tensor], exp_avg: List[Tensor],
            exp_avg_sq: List[Tensor], steps: List[Tensor], bf16: bool, by_conv: bool, plain: bool) -> float:
    torch.set_grad_enabled(True)
    none : List[Tensor] = annotate(List[Tensor], [])
    loss = (self).cross_entropy((self).logits(x, parameters, none, bf16, by_conv, plain, ), labels, )
    gradients = (self).gradients(loss, parameters, )
    torch.set_grad_enabled(False)
    _ = torch.add_(steps[0], 1)
    torch._fused_adamw_(parameters, gradients, exp_avg, exp_avg_sq, none, steps, lr=0.001, beta1=0.9, beta2=0.999,
                        weight_decay=0.05, eps=1e-08, amsgrad=False, maximize=False)
    torch.set_grad_enabled(True)
    return float(torch.item(loss))

  def sgd(self, x: Tensor, labels: Tensor, parameters: List[Tensor], buffers: List[Tensor],
          momentum: List[Tensor], bf16: bool, by_conv: bool, plain: bool) -> float:
    torch.set_grad_enabled(True)
    loss = (self).cross_entropy((self).logits(x, parameters, buffers, bf16, by_conv, plain, ), labels, )
    gradients = (self).gradients(loss, parameters, )
    torch.set_grad_enabled(False)
    torch._fused_sgd_(parameters, gradients, momentum, weight_decay=0., momentum=0.9, lr=0.01, dampening=0.,
                      nesterov=False, maximize=False, is_first_step=False)
    torch.set_grad_enabled(True)
    return float(torch.item(loss))

  def channels_last(self, x: Tensor) -> Tensor:
    return torch.contiguous(x, memory_format=2)
