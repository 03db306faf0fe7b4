{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Sale]]</h1>{{>STATUS}}</header>
<p>{{SENTENCE}}</p>
<div class="split">
<section class="card" aria-labelledby="story-title">
  <div class="card-head"><h2 id="story-title">[[How this sale came about]]</h2></div>
  <div class="card-body">
    <dl class="facts">
      <dt>[[When]]</dt><dd><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time> [[UTC]]</dd>
      <dt>[[Brand]]</dt><dd><bdi>{{BRAND}}</bdi> · <bdi>{{PROGRAM}}</bdi></dd>
      <dt>[[Through]]</dt><dd>{{METHOD}}</dd>
{{#TOKEN}}
      <dt>[[Link]]</dt><dd><code>{{TEXT}}</code></dd>
{{/TOKEN}}
{{#COUPON}}
      <dt>[[Code]]</dt><dd><code>{{TEXT}}</code></dd>
{{/COUPON}}
    </dl>
    <ol class="timeline">
{{#CHANGE}}
      <li><span class="node"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#clock"/></svg></span>
        <div class="timeline-head"><h3>{{WORDS}}</h3><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></div>
{{#NOTE}}
        <p class="secondary"><bdi>{{TEXT}}</bdi></p>
{{/NOTE}}
      </li>
{{/CHANGE}}
    </ol>
  </div>
</section>
<section class="card" aria-labelledby="sum-title">
  <div class="card-head"><h2 id="sum-title">[[What you earn]]</h2></div>
  <div class="card-body">
    <dl class="breakdown">
{{#LINE}}
      <div><dt>{{LABEL}}</dt><dd>{{AMOUNT}}</dd></div>
{{/LINE}}
      <div class="total"><dt>[[You earn]]</dt><dd>{{EARNED}}</dd></div>
    </dl>
  </div>
</section>
</div>
