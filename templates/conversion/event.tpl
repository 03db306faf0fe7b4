{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/integrations/events">[[Event log]]</a>
  <h1>{{DOOR}}{{#TOPIC}} <span class="mono">{{TEXT}}</span>{{/TOPIC}}</h1>
  <p><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></p></div>
  {{>FATE}}
{{#REPLAY}}
  <form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary">[[Replay]]</button></form>
{{/REPLAY}}
</header>
<p>{{WORDS}}{{#SALE}} <a href="/brand/sales/{{PID}}">[[Sale <bdi>{{SALE_ORDER}}</bdi>]]</a>{{/SALE}}</p>
<section class="card" aria-labelledby="event-title">
  <div class="card-head"><h2 id="event-title">[[The event]]</h2></div>
  <div class="card-body stack">
    <dl class="facts">{{#FACT}}<dt>{{NAME}}</dt><dd><bdi>{{VALUE}}</bdi></dd>{{/FACT}}</dl>
    <h3>[[Keys by which it names its sale]]</h3>
    <dl class="facts">{{#KEY}}<dt>{{NAME}}</dt><dd><code>{{VALUE}}</code></dd>{{/KEY}}</dl>
{{#HELD}}
    <details class="more"><summary>[[What is kept of it]]</summary><pre tabindex="0" role="region" aria-label="[[What is kept of it]]">{{TEXT:p}}</pre></details>
    <p class="meta">[[Of the customer's e-mail and address only keyed hashes are kept.]]</p>
{{/HELD}}
  </div>
</section>
<p class="meta">[[Times in {{ZONE}}]]</p>
