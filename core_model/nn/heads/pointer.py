"""A head that points: which tokens of a row answer a question that stands in the row.

Shapes: Q questions, N tokens, D width, K width of the comparison, S answers.
"""

import torch
from torch import Tensor, nn


class PointerHead(nn.Module):
    """Scores tokens as the answer of a question by comparing their hidden states.

    Both sides start with the same projection: before training the most similar token leads.

    Args:
        width: D.
        compared: K.
    """

    def __init__(self, width: int, compared: int = 128) -> None:
        super().__init__()
        self.question_norm, self.token_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.question, self.token = nn.Linear(width, compared), nn.Linear(width, compared)
        nn.init.orthogonal_(self.token.weight)
        for linear in (self.question, self.token):
            nn.init.zeros_(linear.bias)
        with torch.no_grad():
            self.question.weight.copy_(self.token.weight)

    def forward(self, question_QD: Tensor, token_ND: Tensor) -> Tensor:
        """Logits ``[Q, N]`` of each token for each question."""
        question_QK = self.question(self.question_norm(question_QD))
        token_NK = self.token(self.token_norm(token_ND))
        return question_QK @ token_NK.t() * token_NK.shape[1] ** -0.5

    def loss(self, question_QD: Tensor, token_ND: Tensor, answer_QN: Tensor) -> Tensor:
        """Mean negative logarithm of the share of all tokens' softmax that falls on the answer's.

        Args:
            question_QD: Hidden state of each question.
            token_ND: Hidden states of the tokens that may answer.
            answer_QN: Which of them do, at least one for each question.
        """
        logits_QN = self(question_QD, token_ND)
        inside_QN = logits_QN.masked_fill(~answer_QN, -torch.inf)
        return (logits_QN.logsumexp(dim=1) - inside_QN.logsumexp(dim=1)).mean()


def best_spans(logits_QN: Tensor, spans_S2: Tensor) -> Tensor:
    """For each question the span whose best token leads, ``[Q]``; spans are begins and ends among the tokens."""
    best = [logits_QN[:, begin:end].amax(dim=1) for begin, end in spans_S2.tolist()]
    return torch.stack(best, dim=1).argmax(dim=1)
