{{%AUTOESCAPE context="HTML"}}
<section class="panel">
  <h1>{{TITLE}}</h1>
{{#INTRO}}
  <p>{{TEXT}}</p>
{{/INTRO}}
{{>SUMMARY}}
{{#FORM}}
  <form class="form" method="post" action="{{ACTION}}" novalidate>
    <input type="hidden" name="csrf" value="{{CSRF}}">
{{#HIDDEN}}
    <input type="hidden" name="{{NAME}}" value="{{VALUE}}">
{{/HIDDEN}}
{{>FIELD}}
    <div class="form-actions">
      <button type="submit" class="button button-primary">{{BUTTON}}</button>
    </div>
  </form>
{{/FORM}}
{{#LINK}}
  <p><a href="{{URL}}">{{TEXT}}</a></p>
{{/LINK}}
</section>
