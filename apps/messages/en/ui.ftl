# The texts of the screens: t("read") says ui_read.

## Shell

ui_notice = Research use. Not a medical device. Not investment advice.
ui_language = Language
ui_reports = Reports
ui_studies = Studies
ui_jobs = Jobs
ui_reports_help = Read annual and quarterly reports; every number leads to its source.
ui_studies_help = Read chest CT: series, slices, nodule findings.
ui_jobs_help = What is being read, what was read, what failed and why.
ui_page_failed = This page failed with an internal error. Reload it; stored results are safe.
ui_gone = The dashboard does not answer. Stored results are safe; this page goes on by itself as soon as it answers again.
ui_restarted = The dashboard was started again and has a new address. Open the one that tandem ui printed in the terminal.
ui_not_available = n/a
ui_because = n/a, because { $reason }
ui_captioned = { $caption }: { $text }
ui_no_access_title = This address lacks its token
ui_no_access = Open the address that tandem ui printed in the terminal when it started; it lets this browser in until it is closed. Then this page opens too.

## Intake

ui_path = File or folder on this machine
ui_path_report_hint = /home/me/reports/annual-report.htm
ui_path_study = Folder or zip on this machine
ui_path_study_hint = /home/me/scans/chest-ct
ui_read = Read
ui_upload_report = or drop inline XBRL reports here
ui_upload_study = or drop a zip of DICOM here
ui_upload = Upload
ui_upload_limit = { $size } GB per file • { $endings }
ui_press_enter = Press Enter to read
ui_no_reports = Nothing has been read yet. Give the path of an annual or quarterly report (inline XBRL, .htm or .html), or of a folder of them, and press Read.
ui_no_studies = Nothing has been read yet. Give the path of a folder or zip with a chest CT (DICOM), and press Read.
ui_no_jobs = No job yet. Start one on Reports or Studies; it appears here with its progress.
ui_all_reports = All reports
ui_all_studies = All studies
ui_download = JSON
ui_delete = Delete
ui_kept_for_retry = Keeps { NUMBER($size, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB, so that a retry goes on where it stopped; deleting the job removes it.
ui_delete_ask = Remove this reading and every file that nothing else needs? The audit trail keeps its hash.
ui_delete_study_ask = Delete this study, all its readings and its images? The patient's entry is deleted too if this is the patient's only study. The audit trail keeps the hash.
ui_delete_yes = Delete it
ui_keep = Keep it
ui_deleted = Deleted.

## Reports

ui_company = Company
ui_basis = Figures
ui_basis_company = the company's own
ui_basis_group = the group's
ui_form = Form
ui_period_end = Period end
ui_fiscal_year = Fiscal year
ui_currency = Currency
ui_source_hash = Source
ui_num_facts = Facts
ui_income = Income
ui_balance = Balance
ui_cash_flow = Cash flow
ui_anomalies = Anomalies
ui_checks = Checks
ui_warnings = Warnings
ui_view = View
ui_reported = As reported
ui_in_units = { $currency }, { $scale }
ui_millions = millions
ui_thousands = thousands
ui_ones = units
ui_no_lines = No line of this statement was found: { $reason }
ui_no_anomalies = No anomaly: of { $total } checks { $holds } hold and { $other } do not apply.
ui_holds = holds
ui_fails = fails
ui_not_applicable = does not apply
ui_difference = Difference
ui_tolerance = Tolerance
ui_severity_high = high
ui_severity_medium = medium
ui_severity_low = low
ui_confidence = confidence
ui_concept = Concept
ui_scope_narrower = narrower than its definition
ui_scope_wider = wider than its definition
ui_scope_narrower_mark = narrower
ui_scope_wider_mark = wider
ui_derived = computed, not printed in the report
ui_tagged_value = as on the page; the tag has the opposite sign: { $value }
ui_signs_as_printed = Signs are those of the page. { $n ->
    [one] One number has the opposite sign in its tag; choose it to see both.
   *[other] { $n } numbers have the opposite sign in their tags; choose one to see both.
 }
ui_printed_dash = { $dash } (a dash on the page)
ui_choose_cell = Choose a number to see it in the source; arrow keys lead to the next one.
ui_not_visible = Not visible in the document: this fact is hidden data of the filing.
ui_source = Source document
ui_element_of = { $n } of { $total }
ui_fact = Fact
ui_no_value = the report gives no value
ui_previous = Previous place
ui_next = Next place
ui_no_warnings = No warnings.

## Studies

ui_birth_date = Birth date
ui_sex = Sex
ui_sex_f = female
ui_sex_m = male
ui_sex_o = other
ui_study_date = Study date
ui_series = Series
ui_series_read = read
ui_read_series = Read this series instead
ui_skipped = skipped
ui_images = images
ui_findings = Findings
ui_no_findings = No finding above the operating point. This does not rule nodules out.
ui_operating_point = Operating point { $threshold }
ui_rank = Rank
ui_probability = Probability
ui_axes = Long × short axis
ui_volume = Volume
ui_side = Side
ui_left = left
ui_right = right
ui_slice = Slice
ui_spacing = Spacing
ui_read_at = Read (UTC)
ui_lung = Lung
ui_mediastinum = Mediastinum
ui_bone = Bone
ui_soft = Soft tissue
ui_opacity = Opacity
ui_loading = loading …
ui_not_loaded = This slice cannot be loaded. The one that was shown stays; try again when the dashboard answers.
ui_patient = Patient
ui_quality = Image quality
ui_good = good
ui_degraded = degraded
ui_geometry = Matrix, voxel size
ui_show_below = Show { $n } below the operating point
ui_centre = Centre (LPS)
ui_attenuation = Attenuation
ui_lobe = Lobe
ui_markers = Markers
ui_heatmap = Heatmap
ui_heatmap_none = no heatmap for this finding
ui_viewer_keys = Arrows or wheel: slice · Page: ten · Home, End · N, P: finding · 1-4: window · M: markers · H: heatmap

## Jobs

ui_queued = queued
ui_running = running
ui_done = done
ui_failed = failed
ui_cancelled = cancelled
ui_cancelling = stopping
ui_cancel = Cancel
ui_retry = Retry
ui_time_left = about { $time } left
ui_result = Open the result
ui_started = Started (UTC)
ui_job = Job
ui_state = State
ui_job_finance_read = Report
ui_job_medical_read = Study
ui_duration = Duration
ui_reason = Outcome
ui_first_image = Middle slice of the study being read
ui_no_worker = No worker is running; queued jobs wait for one. If this message stays, run 'tandem worker' in a terminal: it says why.
ui_read_many = { $n ->
    [one] 1 report queued; see Jobs.
   *[other] { $n } reports queued; see Jobs.
}

## Steps of jobs

ui_step_read = reading
ui_step_save = saving
ui_step_document = document
ui_step_import = import
ui_step_lungs = lungs
ui_step_nodules = nodules

## Training

ui_training = Training
ui_training_help = Trainings with their curves, and the adapters that came of them
ui_runs = Runs
ui_adapters = Adapters
ui_no_runs = No training yet. In a terminal: 'tandem train sentiment --data sentences.csv'.
ui_no_adapters = No adapter yet. In a terminal: 'tandem train sentiment --data sentences.csv'.
ui_run = Run
ui_run_running = running
ui_run_done = done
ui_run_stopped = stopped
ui_run_failed = failed
ui_samples = Samples
ui_progress = Progress
ui_adapter_version = Version
ui_started_or_told = Last word (UTC)
ui_curves = Loss
ui_loss = loss
ui_train_loss = training samples
ui_held_out_loss = held-out samples
ui_step_number = step
ui_expert = expert
ui_layer = layer
ui_expert_load = load
ui_expert_load_by_layer = Load of the experts
ui_expert_load_help = Tokens that each expert of a layer took, as a multiple of an even share, by modality, at the last look at the held-out samples.
ui_domain = Domain
ui_in_use = in use
ui_figure = Figure
ui_made_at = Made
ui_card = Card
ui_gates = Gates
ui_no_gates = It was not compared yet: 'tandem adapters evaluate' makes the table.
ui_current = In use then
ui_candidate = This version
ui_better_by = Better by
ui_promote_with = To put it in use:
ui_card_domain = domain
ui_card_run = run
ui_card_made_at = made
ui_card_command = command
ui_card_seed = seed
ui_card_steps = steps
ui_card_best_step = best step
ui_card_limits = limits
ui_card_trained_on = trained on
ui_card_data_name = data
ui_card_data_sha256 = SHA-256 of the data
ui_card_data_licence = licence of the data
ui_card_split_by = split by
ui_card_split_train = training samples
ui_card_split_validation = validation samples
ui_card_split_test = test samples
ui_card_split_judged_on = judged on
ui_modality_text = text
ui_modality_code = code
ui_modality_image = images
ui_modality_volume = volumes
ui_modality_facts = facts
