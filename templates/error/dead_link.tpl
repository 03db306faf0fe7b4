{{%AUTOESCAPE context="HTML"}}
<section class="problem">
  <h1>[[This link is no longer active]]</h1>
{{#SHOP}}
  <p>[[The offer behind it has ended or is paused. The shop itself is still there:]]</p>
  <p><a class="button button-primary" href="{{URL}}" rel="nofollow noreferrer">[[Go to {{HOST}}]]</a></p>
{{/SHOP}}
{{#NO_SHOP}}
  <p>[[No offer stands behind this address. If somebody gave you the link, ask for a new one.]]</p>
{{/NO_SHOP}}
</section>
