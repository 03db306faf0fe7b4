{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <div class="grow"><a class="crumb" href="/brand/sales">[[Sales]]</a>
    <h1 class="break"><bdi>{{ORDER}}</bdi></h1>
    <p>{{AMOUNT}} · <bdi>{{BRAND}}</bdi> · <bdi>{{PROGRAM}}</bdi> · <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></p></div>
  {{>STATUS}}
{{#MAY_REFUND}}
  <a class="button" href="/brand/sales/{{PID}}/refund">[[Refund]]</a>
{{/MAY_REFUND}}
</header>
<div class="split">
<section class="card" aria-labelledby="story-title">
  <div class="card-head"><h2 id="story-title">[[How this sale came about]]</h2></div>
  <div class="card-body">
    <ol class="timeline">
{{#CLICK}}
      <li><span class="node node-good"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#cursor"/></svg></span>
        <div class="timeline-head"><h3>[[Click]]</h3><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></div>
        <dl class="facts">{{#FACT}}<dt>{{NAME}}</dt><dd><bdi>{{VALUE}}</bdi></dd>{{/FACT}}</dl></li>
{{/CLICK}}
{{#TOLD}}
      <li><span class="node node-good"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#key"/></svg></span>
        <div class="timeline-head"><h3>{{KIND}}</h3></div>
        <dl class="facts">{{#FACT}}<dt>{{NAME}}</dt><dd><bdi>{{VALUE}}</bdi></dd>{{/FACT}}</dl></li>
{{/TOLD}}
{{#GAP}}
      <li class="gap">{{SPAN}}</li>
{{/GAP}}
{{#RECEIVED}}
      <li><span class="node node-now"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#receipt"/></svg></span>
        <div class="timeline-head"><h3>{{EVENT}}</h3><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></div>
        <dl class="facts">{{#FACT}}<dt>{{NAME}}</dt><dd><bdi>{{VALUE}}</bdi></dd>{{/FACT}}</dl>
{{#ITEMS}}
        <details><summary>[[Articles]]</summary>
          <div class="table-wrap"><table class="table">
            <thead><tr><th scope="col">[[Article]]</th><th scope="col">[[Category]]</th><th scope="col" class="num">[[Quantity]]</th><th scope="col" class="num">[[Base]]</th></tr></thead>
            <tbody>{{#ITEM}}<tr><th scope="row"><bdi>{{SKU}}</bdi></th><td><bdi>{{CATEGORY}}</bdi></td><td class="num">{{QUANTITY}}</td><td class="num">{{BASE}}{{#BACK}}<br><span class="meta">[[{{AMOUNT}} refunded]]</span>{{/BACK}}</td></tr>{{/ITEM}}</tbody>
          </table></div></details>
{{/ITEMS}}
{{#TOLD_BY}}
        <h4 class="meta">[[Told by]]</h4>
        <ol class="events events-told">
{{#TOLD_EVENT}}
          <li><div class="timeline-head"><strong>{{DOOR}}</strong>{{#TOPIC}}<span class="mono">{{TEXT}}</span>{{/TOPIC}}<time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>{{>FATE}}</div>
            <p class="secondary">{{WORDS}}{{#LINK}} <a href="{{URL}}">[[The event]]</a>{{/LINK}}</p>
            <p class="meta break">{{#KEY}}{{NAME}} <code>{{VALUE}}</code> {{/KEY}}</p>
{{#HELD}}
            <details><summary>[[What is kept of it]]</summary><pre tabindex="0" role="region" aria-label="[[What is kept of it]]">{{TEXT:p}}</pre></details>
{{/HELD}}
          </li>
{{/TOLD_EVENT}}
        </ol>
{{/TOLD_BY}}
      </li>
{{/RECEIVED}}
{{#MATCH}}
      <li><span class="node {{NODE}}"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg></span>
        <div class="timeline-head"><h3>[[Match]]</h3></div>
        <p>{{#CREATOR}}<strong><bdi>{{HANDLE}}</bdi></strong> · {{/CREATOR}}{{WHAT}}</p>
        <p class="secondary">{{WHY}}</p>
{{#LOSERS}}
        <h4 class="meta">[[Also considered]]</h4>
        <ul class="checks">
{{#LOSER}}
          <li class="bad"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#cross"/></svg><span>{{KIND}}{{#TOLD}} <code>{{TEXT}}</code>{{/TOLD}}{{#WHO}}, <bdi>{{HANDLE}}</bdi>{{/WHO}}{{#WHEN}}, <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>{{/WHEN}}<br><span class="secondary">{{WHY}}</span></span></li>
{{/LOSER}}
        </ul>
{{/LOSERS}}
      </li>
{{/MATCH}}
{{#COMMISSION}}
      <li><span class="node"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#coins"/></svg></span>
        <div class="timeline-head"><h3>[[Commission]]</h3></div><p class="secondary">{{TEXT}}</p></li>
{{/COMMISSION}}
{{#APPROVAL}}
      <li><span class="node {{NODE}}"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg></span>
        <div class="timeline-head"><h3>[[Approval]]</h3></div><p class="secondary">{{TEXT}}</p></li>
{{/APPROVAL}}
{{#REFUND}}
      <li><span class="node {{NODE}}"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#receipt"/></svg></span>
        <div class="timeline-head"><h3>{{KIND}}</h3><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></div>
        <p class="secondary">{{TEXT}}</p>
        <dl class="facts">{{#FACT}}<dt>{{NAME}}</dt><dd><bdi>{{VALUE}}</bdi></dd>{{/FACT}}</dl></li>
{{/REFUND}}
    </ol>
{{#REFUNDED}}
    <p class="meta spaced">{{TEXT}}</p>
{{/REFUNDED}}
  </div>
</section>
<div class="stack">
{{#BREAKDOWN}}
<section class="card" aria-labelledby="breakdown-title">
  <div class="card-head"><h2 id="breakdown-title">[[Breakdown]]</h2></div>
  <div class="card-body">
    <dl class="breakdown">{{#LINE}}<div{{#TOTAL}} class="total"{{/TOTAL}}><dt>{{LABEL}}</dt><dd>{{AMOUNT}}</dd></div>{{/LINE}}</dl>
    <p class="meta spaced"><a href="/brand/programs/{{PROGRAM_PID}}#versions-title">{{VERSION}}</a> · <bdi>{{PROGRAM}}</bdi>{{#TIER}} · [[Tier at the sale:]] <bdi>{{NAME}}</bdi>{{/TIER}}</p>
  </div>
</section>
{{/BREAKDOWN}}
{{#EVENTS}}
<section class="card" aria-labelledby="events-title">
  <div class="card-head"><h2 id="events-title">[[Changes]]</h2></div>
  <div class="card-body">
    <ol class="events">
{{#EVENT}}
      <li><div class="timeline-head"><h3>{{TO}}</h3><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></div>
        <p class="secondary"><bdi>{{WHO}}</bdi>: {{WHY}}</p>{{#NOTE}}<p><bdi>{{TEXT}}</bdi></p>{{/NOTE}}</li>
{{/EVENT}}
    </ol>
  </div>
</section>
{{/EVENTS}}
{{#LEDGER}}
<section class="card" aria-labelledby="ledger-title">
  <div class="card-head"><h2 id="ledger-title">[[Ledger]]</h2></div>
  <div class="card-body stack">
{{#TRANSFER}}
    <div>
      <div class="timeline-head"><h3>{{KIND}}</h3><span class="meta">[[Transfer {{ID}}]]</span><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></div>
      <dl class="breakdown">{{#ENTRY}}<div><dt>{{ACCOUNT}}</dt><dd>{{AMOUNT}}</dd></div>{{/ENTRY}}</dl>
    </div>
{{/TRANSFER}}
    <p class="meta">[[Plus is owed to the account's owner. Each transfer sums to zero.]]</p>
  </div>
</section>
{{/LEDGER}}
</div>
</div>
<p class="meta">[[Times in {{ZONE}}]]</p>
