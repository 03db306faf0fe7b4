{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Integrations]]</h1><a class="button" href="/brand/integrations/events">[[Event log]]</a><a class="button" href="/brand/setup">[[Set up step by step]]</a></header>
{{#TEST}}
<p class="secondary">[[The doors of test sales. Switch to Live, above, for those of real sales.]]</p>
{{/TEST}}
{{#LIVE}}
<p class="secondary">[[The doors by which your sales come in. Switch to Test, above, to try them first.]]</p>
{{/LIVE}}
<div class="columns">
{{#CARD}}
<section class="card" aria-labelledby="door-{{NAME}}">
  <div class="card-head"><h2 id="door-{{NAME}}" class="grow"><a class="card-link" href="{{URL}}"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg>{{TITLE}}</a></h2>{{>STATE}}</div>
  <div class="card-body stack-tight"><p>{{WORDS}}</p>{{#ACCOUNT}}<p class="meta break"><bdi>{{TEXT}}</bdi></p>{{/ACCOUNT}}<p class="secondary">{{ABOUT}}</p></div>
</section>
{{/CARD}}
</div>
<section class="card" aria-labelledby="more-title">
  <div class="card-head"><h2 id="more-title">[[What all doors share]]</h2></div>
  <div class="card-body"><ul class="tasks">
    <li><span class="grow break">[[Every event that came in, what became of it, and a replay of what failed.]]</span><a href="/brand/integrations/events">[[Event log]]</a></li>
    <li><span class="grow break">[[Which article belongs to which category, for shops whose orders do not say.]]</span><a href="/brand/integrations/categories">[[Categories]]</a></li>
    <li><span class="grow break">[[Test sales count for nothing, and can be erased.]]</span><a href="/brand/test-data">[[Test data]]</a></li>
  </ul></div>
</section>
