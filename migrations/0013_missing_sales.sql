-- Finding a sale by the click that led to it.

ALTER TABLE attribution_candidate
  ADD KEY attribution_candidate_click (click_id),
  ALGORITHM=NOCOPY;
